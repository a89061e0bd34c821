//! Ways of settling, consuming and recovering that this crate must not use, wherever they might creep in.

use std::{fs, path::Path};

#[test]
fn nothing_requeues_consumes_unacknowledged_or_leaves_recovery_to_lapin() {
    let forbidden = [
        // Loops for ever on RabbitMQ 4.3, where it no longer counts towards the delivery limit.
        "requeue: true",
        "basic_nack",
        "no_ack: true",
        // Can leave a consumer silent for ever (lapin 4.12.3).
        "enable_auto_recover",
        "wait_for_recovery",
    ];
    let mut places = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(place) = places.pop() {
        if place.is_dir() {
            places.extend(
                fs::read_dir(place)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        let text = fs::read_to_string(&place).unwrap();
        for word in forbidden {
            assert!(!text.contains(word), "{} uses {word}", place.display());
        }
    }
}
