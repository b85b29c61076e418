//! What a page and the frames in it have in common.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::rc::Rc;
use std::sync::Arc;

use ::url::Url;

use super::budget::Budget;
use super::reference::IconId;

/// See the module.
pub(super) struct Shared {
    pub(super) asked: HashSet<u64, foldhash::fast::RandomState>,
    pub(super) hasher: RandomState,
    /// The Referer of the reference before: mostly the next one's too.
    pub(super) referer: Arc<str>,
    pub(super) most: usize,
    pub(super) told: usize,
    pub(super) cut: u64,
    /// What styles may still cost.
    pub(super) budget: Rc<Budget>,
    pub(super) sheets: u32,
    pub(super) objects: u32,
    pub(super) frame_ids: u32,
    pub(super) icons: u32,
    /// What `link rel=icon` names, by the hash of its address: the id under which it was asked for, if it was.
    pub(super) icons_named: HashMap<u64, Option<IconId>>,
    /// How well those fit that were asked for, once they have come.
    pub(super) icons_seen: HashMap<IconId, Option<f64>>,
}

impl Shared {
    pub(super) fn new(most: usize, given_up: fn() -> bool) -> Self {
        Self {
            asked: HashSet::default(),
            hasher: RandomState::new(),
            referer: Arc::default(),
            most,
            told: 0,
            cut: 0,
            budget: Rc::new(Budget::new(given_up)),
            sheets: 0,
            objects: 0,
            frame_ids: 0,
            icons: 0,
            icons_named: HashMap::new(),
            icons_seen: HashMap::new(),
        }
    }

    pub(super) fn hash(&self, url: &Url) -> u64 {
        self.hasher.hash_one(url.as_str())
    }

    /// What an icon link names is asked for, there or as a picture.
    pub(super) fn icon_asked(&mut self, hash: u64) -> IconId {
        self.icons += 1;
        let id = IconId(self.icons);
        self.icons_named.insert(hash, Some(id));
        self.icons_seen.insert(id, None);
        id
    }

    /// `referer`, held once however many references have it.
    pub(super) fn one_of(&mut self, referer: Cow<'_, str>) -> Arc<str> {
        if *self.referer != *referer {
            self.referer = referer.into();
        }
        self.referer.clone()
    }
}
