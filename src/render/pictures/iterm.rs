//! iTerm2's inline images (iterm2.com/documentation-images.html): one OSC 1337 with the file in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// `cells`: the columns and lines that it is fitted into; its sides keep their ratio.
pub(super) fn command(png: &[u8], cells: (usize, usize)) -> Vec<u8> {
    let (columns, rows) = cells;
    let mut out =
        format!("\x1b]1337;File=inline=1;size={};width={columns};height={rows};preserveAspectRatio=1:", png.len()).into_bytes();
    out.extend(STANDARD.encode(png).bytes());
    out.push(0x07);
    out
}
