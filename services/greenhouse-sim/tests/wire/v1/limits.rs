//! The rate limit: ten seconds, and few words about it.

use super::V1;

fn limited(limit: u32) -> V1 {
    V1::with(|config| {
        config.settings.rate_limit = 75;
        config.settings.v1.rate_limit = limit;
    })
}

#[test]
fn only_successes_tell_of_the_window() {
    let v1 = limited(50);
    let good = v1.get("/v1/jobs");
    assert_eq!(good.header("x-ratelimit-limit"), Some("50"));
    assert_eq!(good.header("x-ratelimit-remaining"), Some("49"));
    assert_eq!(good.header("x-ratelimit-reset"), None);
    for path in ["/v1/nothing", "/v1/jobs/1", "/v1/jobs?page=x"] {
        let bad = v1.get(path);
        assert_eq!(bad.header("x-ratelimit-limit"), None, "{path}");
    }
    // The window may have turned in between, but not twice.
    let remaining = v1.get("/v1/jobs");
    let remaining = remaining.header("x-ratelimit-remaining");
    assert!(matches!(remaining, Some("45" | "46" | "47" | "48" | "49")));
}

#[test]
fn beyond_the_limit_only_the_wait_is_told() {
    let v1 = limited(2);
    // Away from a window's edge, whatever the time is.
    let now = v1.sim.sim.state().now().millis();
    v1.sim.sim.configure(|settings| {
        settings.clock_offset_ms = 10_000 - now.rem_euclid(10_000) + 1_000;
    });
    for _ in 0..2 {
        assert_eq!(v1.get("/v1/jobs").status, 200);
    }
    let refused = v1.get("/v1/jobs");
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    let reset: i64 = refused
        .header("x-ratelimit-reset")
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=9).contains(&wait) && reset % 10 == 0, "{wait} {reset}");
    assert_eq!(refused.header("x-ratelimit-limit"), None);
    let key = v1.sim.sim.access().api_key;
    assert_eq!(v1.sim.sim.state().throttled(&key), 1);
    assert_eq!(v1.sim.get("/v3/jobs").status, 200, "v3 has its own window");
    v1.sim
        .sim
        .configure(|settings| settings.clock_offset_ms += 10_000);
    assert_eq!(v1.get("/v1/jobs").status, 200);
}

#[test]
fn without_a_limit_there_are_no_rate_headers() {
    assert_eq!(limited(0).get("/v1/jobs").header("x-ratelimit-limit"), None);
    assert_eq!(
        V1::start().get("/v1/jobs").header("x-ratelimit-limit"),
        None
    );
}
