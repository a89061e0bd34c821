use super::*;

/// Uses every metric with every combination of labels a caller can express.
fn touch_everything(metrics: &Metrics) {
    let second = Duration::from_secs(1);
    for queue in Queue::ALL {
        metrics.oldest_pending(*queue, second);
        metrics.inflight(*queue, 1);
        metrics.amqp_consumers(*queue, 1);
        for code in Code::ALL {
            for event in EventType::ALL {
                metrics.contract_violation(*queue, *event, *code);
            }
        }
    }
    for code in Code::ALL {
        metrics.parked(*code, 1);
    }
    for endpoint in Endpoint::ALL {
        for class in Class::ALL {
            metrics.harvest_call(*endpoint, *class, second);
        }
    }
    for (stage, code) in Stage::ALL
        .iter()
        .flat_map(|stage| Code::ALL.iter().map(move |code| (stage, code)))
    {
        metrics.retry(*stage, *code);
    }
    for service in Service::ALL {
        metrics.amqp_connected(*service, true);
    }
    for state in OperationState::ALL {
        metrics.operations(*state, 1);
    }
    for resource in Resource::ALL {
        metrics.poll_succeeded(*resource, 1.0);
        metrics.poll_overdue(*resource, second);
    }
    for consumer in Consumer::ALL {
        metrics.webhook_tasks(*consumer, 1, second);
    }
    metrics.outbox(1, second, 1);
    metrics.consent_left(Some(second));
    metrics.greenhouse_clock_ahead(1.0);
    metrics.harvest_rate_limit(1, 50);
    metrics.circuits_open(1);
    metrics.connections_set_aside(&[]);
    metrics.gauges_read(1.0);
    metrics.configured("0123456789abcdef");
    metrics.db_pool(1, 1, 10, second);
}

fn series(exposition: &str) -> usize {
    exposition
        .lines()
        .filter(|line| !line.starts_with('#'))
        .count()
}

#[test]
fn all_label_values_together_stay_under_the_ceiling_of_series() {
    let metrics = Metrics::new();
    let from_the_start = series(&metrics.exposition());
    touch_everything(&metrics);
    let all = series(&metrics.exposition());
    assert!(
        from_the_start < all && all <= 1500,
        "{from_the_start} series at the start, {all} in all"
    );
}

#[test]
fn every_family_appears_once_used() {
    let metrics = Metrics::new();
    touch_everything(&metrics);
    let text = metrics.exposition();
    for family in metrics.families() {
        assert!(
            text.contains(&format!("# TYPE {} {}\n", family.name, family.kind)),
            "{}",
            family.name
        );
        assert!(family.name.starts_with("bridge_"));
        assert_eq!(
            family.kind == "counter",
            family.name.ends_with("_total"),
            "{}",
            family.name
        );
    }
}

#[test]
fn a_count_lands_on_its_own_labels() {
    let metrics = Metrics::new();
    metrics.messages(Queue::Introductions, Outcome::Duplicate, 3);
    metrics.harvest_call(
        Endpoint::CandidatesCreate,
        Class::Created,
        Duration::from_millis(80),
    );
    metrics.harvest_call(Endpoint::OfficesList, Class::Forbidden, Duration::ZERO);
    metrics.contract_violation(Queue::Jobs, EventType::IntroductionAccepted, Code::NoJobs);
    metrics.published(
        Service::Relay,
        Exchange::Events,
        PublishOutcome::Returned,
        2,
    );
    metrics.harvest_throttled(Duration::from_millis(1500));
    metrics.harvest_throttled(Duration::from_secs(40));
    let text = metrics.exposition();
    for line in [
        r#"bridge_messages_total{outcome="duplicate",queue="greenhouse.introductions",service="introductions"} 3"#,
        r#"bridge_harvest_requests_total{class="created",endpoint="candidates.create"} 1"#,
        r#"bridge_harvest_request_seconds_bucket{endpoint="candidates.create",le="0.1"} 1"#,
        r#"bridge_harvest_request_seconds_bucket{endpoint="candidates.create",le="0.05"} 0"#,
        r#"bridge_harvest_requests_total{class="forbidden",endpoint="offices.list"} 1"#,
        r#"bridge_harvest_requests_total{class="throttled",endpoint="offices.list"} 0"#,
        r#"bridge_harvest_request_seconds_count{endpoint="other"} 1"#,
        "bridge_harvest_throttle_wait_seconds_total 41.5",
        r#"bridge_contract_violations_total{event_type="other",rule="no_jobs",service="jobs"} 1"#,
        r#"bridge_publish_total{exchange="intrro.greenhouse.events",outcome="returned",service="relay"} 2"#,
    ] {
        assert!(text.contains(line), "{line}");
    }
}

#[test]
fn as_openmetrics_a_family_of_counters_has_no_suffix_and_the_end_is_marked() {
    let open = Metrics::new().open_metrics();
    for part in [
        "# TYPE bridge_messages counter\nbridge_messages_total{",
        "# HELP bridge_harvest_throttle_wait_seconds Time",
        "# TYPE bridge_process_duration_seconds histogram\n",
        "\n# EOF\n",
    ] {
        assert!(open.contains(part), "{part}");
    }
    assert!(open.ends_with("# EOF\n") && !open.contains("_total counter"));
    assert!(!open.contains(" # {"), "nothing is traced");
}

#[test]
fn an_exemplar_stands_behind_the_bucket_of_its_value() {
    let metrics = Metrics::new();
    let family = &metrics.0.process;
    for (seconds, bound) in [(0.3, "0.5"), (0.5, "0.5"), (1.0, "1"), (11.0, "+Inf")] {
        let label = Worked::of(Outcome::Retry);
        family.at(label, (), ()).observe(seconds);
        metrics
            .1
            .keep(family.bucket(label, seconds), seconds, "4bf9");
        let open = metrics.open_metrics();
        let labels = r#"outcome="retry",queue="greenhouse.introductions",service="introductions""#;
        let sample = format!("bridge_process_duration_seconds_bucket{{{labels},le=\"{bound}\"}} ");
        let line = open.lines().find(|line| line.starts_with(&sample)).unwrap();
        let exemplar = format!(" # {{trace_id=\"4bf9\"}} {seconds} ");
        assert!(line.contains(&exemplar), "{line}");
    }
}

#[test]
fn nothing_in_the_exposition_names_a_gauge_that_was_never_set() {
    let text = Metrics::new().exposition();
    assert!(
        !text.contains("bridge_amqp_consumers"),
        "a zero would page somebody"
    );
    assert!(text.contains("bridge_build_info{"));
}
