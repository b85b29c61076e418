//! Where content goes: the same files as curl makes, and nothing before there is something to write.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::support::{code, has, jaunt, serving, stderr};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// Every file under `folder`, by its path from there, with its content.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("it can be listed") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("found under it").to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(name, std::fs::read(&path).expect("it can be read"));
            }
        }
    }
    found
}

/// Runs both with the same options in a folder each; files, standard output and exit code agree.
fn agree(options: &[&str]) {
    if !has("curl") {
        return;
    }
    let mut curl = Command::new("curl");
    curl.arg("-q");
    let [ours, theirs] = [jaunt(), curl].map(|mut command| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("old"), "old content, longer than the new").expect("a file in it");
        let (output, _) = serving(&[OK], |at| {
            let options = options.iter().map(|o| o.replace("SERVER", &at.to_string()));
            command.arg("-s").arg("-m20").args(options).current_dir(folder.path()).output().expect("it runs")
        });
        (code(&output), String::from_utf8_lossy(&output.stdout).into_owned(), tree(folder.path()), stderr(&output))
    });
    assert_eq!((ours.0, &ours.1, &ours.2), (theirs.0, &theirs.1, &theirs.2), "{options:?}: {}", ours.3);
}

#[test]
fn content_goes_where_curl_puts_it() {
    for options in [
        &["-o", "new", "http://SERVER/"][..],
        &["-o", "old", "http://SERVER/"],
        &["-o", "-", "http://SERVER/"],
        &["-o", "/dev/null", "http://SERVER/"],
        &["-O", "http://SERVER/dir/name.txt"],
        &["-O", "http://SERVER/dir/name.txt?query=1#fragment"],
        &["-O", "http://SERVER/a%20b"],
        &["-O", "http://SERVER/dir/old"],
        &["-o", "a", "http://SERVER/1", "-o", "b", "http://SERVER/2"],
        &["-o", "a", "http://SERVER/1", "http://SERVER/2"],
        &["-o", "a", "-O", "http://SERVER/1", "http://SERVER/2"],
        &["--remote-name-all", "http://SERVER/1", "http://SERVER/2"],
        &["--create-dirs", "-o", "x/y/z", "http://SERVER/"],
        &["-o", "x/y/z", "http://SERVER/"],
        &["--create-dirs", "--output-dir", "d/e", "-o", "z", "http://SERVER/"],
        &["--create-dirs", "--output-dir", "d", "-O", "http://SERVER/n"],
        &["--output-dir", "d", "-O", "http://SERVER/n"],
        &["-i", "-o", "new", "http://SERVER/"],
        &["-I", "-o", "new", "http://SERVER/"],
        &["-O", "http://SERVER/"],
    ] {
        agree(options);
    }
}

#[test]
fn a_folder_is_no_file_to_write_to() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (output, _) = serving(&[OK], |at| {
        jaunt().args(["-sS", "-m20", "-o"]).arg(folder.path()).arg(format!("http://{at}/")).output().expect("it runs")
    });
    assert_eq!(code(&output), 23, "{}", stderr(&output));
    assert!(stderr(&output).contains("EISDIR"), "{}", stderr(&output));
}

#[test]
fn a_link_is_written_through_as_curl_does() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (link, file) = (folder.path().join("link"), folder.path().join("file"));
    std::fs::write(&file, "old").expect("a file");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    let (output, _) = serving(&[OK], |at| {
        jaunt().args(["-sS", "-m20", "-o"]).arg(&link).arg(format!("http://{at}/")).output().expect("it runs")
    });
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(link.is_symlink());
    assert_eq!(std::fs::read(&file).expect("it is there"), b"hello");
}
