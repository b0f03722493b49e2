//! Every scene at three sizes of terminal, as text.

use super::scenes::SCENES;
use super::{render, text};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

#[test]
fn every_scene_looks_as_it_did() {
    insta::with_settings!({ snapshot_path => "screens", prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, scene) in SCENES.iter() {
            for (columns, rows) in SIZES {
                let mut state = scene();
                let (buffer, cursor) = render(&mut state, columns, rows);
                let name = format!("{name}-{columns}x{rows}");
                insta::assert_snapshot!(name, text(&buffer, cursor));
            }
        }
    });
}
