use super::*;

fn complete() -> Vec<(&'static str, String)> {
    let required = reference().iter().filter(|variable| variable.required);
    let examples = required.map(|variable| (variable.name, variable.example.replace(' ', "-")));
    examples.collect()
}

fn with(name: &'static str, value: &str) -> Result<Settings, SettingsError> {
    let mut pairs = complete();
    pairs.push((name, value.to_owned()));
    Settings::read(&mut Env::from_map(pairs))
}

#[test]
fn the_required_variables_are_enough() {
    let settings = Settings::read(&mut Env::from_map(complete())).unwrap();
    assert_eq!(settings.http_addr.to_string(), "127.0.0.1:8080");
    assert_eq!(
        settings.greenhouse.api_url.as_str(),
        "https://harvest.greenhouse.io/"
    );
    assert_eq!(settings.settle, Duration::from_secs(60));
    assert_eq!(settings.telemetry.traces_endpoint, None);
}

#[test]
fn every_missing_variable_is_named_at_once_with_form_and_example() {
    let error = Settings::read(&mut Env::from_map([("", "")]))
        .unwrap_err()
        .to_string();
    for variable in reference().iter().filter(|variable| variable.required) {
        assert!(
            error.contains(&format!("{} is not set", variable.name)),
            "{error}"
        );
        assert!(
            error.contains(variable.expected) && error.contains(variable.example),
            "{error}"
        );
    }
    assert!(error.starts_with("4 settings are wrong:"), "{error}");
}

#[test]
fn the_hash_tells_apart_what_is_set_and_nothing_of_secrets() {
    let hash = |name: &str, value: &str| Env::from_map([(name, value)]).hash();
    let nothing = hash("", "");
    assert_eq!(nothing.len(), 16);
    assert_eq!(hash("BRIDGE_SETTLE_SECONDS", " 60 "), nothing, "as it is");
    for variable in reference() {
        let other = hash(variable.name, "another value");
        assert_eq!(other == nothing, variable.secret, "{}", variable.name);
        let file = format!("{}_FILE", variable.name);
        assert_eq!(hash(&file, "/another/file"), nothing, "{file}");
    }
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let settings = with("GREENHOUSE_API_URL", "  ").unwrap();
    assert_eq!(
        settings.greenhouse.api_url.as_str(),
        "https://harvest.greenhouse.io/"
    );
}

#[test]
fn every_default_and_every_example_can_be_read() {
    // An id without its secret is no partner.
    let alone = |variable: &&Variable| !variable.secret && variable.name != "GREENHOUSE_CLIENT_ID";
    for variable in reference().iter().filter(alone) {
        for value in [Some(variable.example), variable.default]
            .into_iter()
            .flatten()
        {
            with(variable.name, value).unwrap();
        }
    }
}

#[test]
fn an_address_that_may_hold_a_password_is_not_repeated() {
    let name = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let error = with(name, "http://us:secret@collector:bad").unwrap_err();
    let told = error.to_string();
    assert!(told.contains(name) && !told.contains("secret@"), "{told}");
}

#[test]
fn a_wrong_value_is_told_with_its_variable() {
    for (name, value, part) in [
        (
            "BRIDGE_HTTP_ADDR",
            "localhost",
            "BRIDGE_HTTP_ADDR is \"localhost\"",
        ),
        (
            "GREENHOUSE_API_URL",
            "harvest.greenhouse.io",
            "GREENHOUSE_API_URL is",
        ),
        (
            "GREENHOUSE_AUTH_URL",
            "ftp://x",
            "GREENHOUSE_AUTH_URL begins with ftp:",
        ),
        (
            "BRIDGE_SETTLE_SECONDS",
            "soon",
            "BRIDGE_SETTLE_SECONDS is \"soon\"",
        ),
        (
            "BRIDGE_SETTLE_SECONDS",
            "9999",
            "BRIDGE_SETTLE_SECONDS is 9999",
        ),
        ("BRIDGE_LOG_FORMAT", "xml", "BRIDGE_LOG_FORMAT is \"xml\""),
        ("RUST_LOG", "a=b=c", "RUST_LOG is \"a=b=c\": "),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector",
            "OTEL_EXPORTER_OTLP_ENDPOINT is",
        ),
        (
            "OTEL_TRACES_EXPORTER",
            "console",
            "OTEL_TRACES_EXPORTER is \"console\"",
        ),
        ("OTEL_SDK_DISABLED", "yes", "OTEL_SDK_DISABLED is \"yes\""),
    ] {
        let error = with(name, value).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_database_is_named_with_its_host() {
    for (url, missing) in [
        ("postgres://user:hunter2@host", Some("database")),
        ("postgres://user:hunter2@host:5432/", Some("database")),
        ("postgres://user:hunter2@host?dbname=", Some("database")),
        ("postgres:///bridge", Some("host")),
        ("postgres://user:hunter2@host/bridge", None),
        ("postgresql://host?dbname=bridge", None),
        ("postgres:///bridge?host=/run/postgresql", None),
    ] {
        let read = with("BRIDGE_DATABASE_URL", url);
        let error = read.err().map(|error| error.to_string());
        let Some(missing) = missing else {
            assert_eq!(error, None, "{url}");
            continue;
        };
        let error = error.unwrap_or_else(|| panic!("{url} was taken"));
        let expected = format!("BRIDGE_DATABASE_URL has no {missing}\n    expected: postgres://");
        assert!(error.contains(&expected), "{url}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn the_listener_may_be_given_by_name() {
    for (given, address) in [
        ("localhost:8080", "127.0.0.1:8080"),
        ("0.0.0.0:80", "0.0.0.0:80"),
        ("[::1]:8080", "[::1]:8080"),
    ] {
        let settings = with("BRIDGE_HTTP_ADDR", given).unwrap();
        assert_eq!(settings.http_addr.to_string(), address);
    }
    // Longer than a part of a name can be, so that nobody is asked.
    let nobody = "x".repeat(64);
    for wrong in [format!("{nobody}:8080"), "localhost:http".to_owned()] {
        let error = with("BRIDGE_HTTP_ADDR", &wrong).unwrap_err().to_string();
        assert!(
            error.contains(&format!("BRIDGE_HTTP_ADDR is {wrong:?}: ")),
            "{error}"
        );
        let variable = variables::HTTP_ADDR;
        assert!(
            error.contains(variable.expected) && error.contains(variable.example),
            "{error}"
        );
    }
}

#[test]
fn no_error_shows_a_secret() {
    let secret = "hunter2";
    for (name, value) in [
        ("BRIDGE_AMQP_URL", "http://user:hunter2@host"),
        ("BRIDGE_DATABASE_URL", "//user:hunter2@host"),
        ("BRIDGE_MASTER_KEYS", "hunter2"),
        ("BRIDGE_ADMIN_TOKEN", "hunter2 again"),
        ("GREENHOUSE_API_URL", "https://user:hunter2@host"),
    ] {
        let error = with(name, value).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
    let settings = with("BRIDGE_ADMIN_TOKEN", secret).unwrap();
    assert!(!format!("{settings:?}").contains(secret));
}

#[test]
fn a_secret_can_come_from_a_file() {
    let dir = std::env::temp_dir().join(format!("bridge-settings-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join("token");
    std::fs::write(&path, "from-a-file\n").unwrap();
    let mut env = Env::from_map([("BRIDGE_ADMIN_TOKEN_FILE", path.to_str().unwrap())]);
    assert_eq!(
        admin_token(&mut env).unwrap().expose_secret(),
        "from-a-file"
    );
    std::fs::remove_dir_all(&dir).unwrap();

    assert!(admin_token(&mut env).is_none());
    let error = env.finish().unwrap_err().to_string();
    assert!(error.contains("cannot be read from the file"), "{error}");
}

#[test]
fn a_secret_given_twice_is_refused() {
    let error = with("BRIDGE_ADMIN_TOKEN_FILE", "/run/secrets/token")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("BRIDGE_ADMIN_TOKEN and BRIDGE_ADMIN_TOKEN_FILE are both set"),
        "{error}"
    );
}

#[test]
fn the_general_collector_address_gets_the_path_of_traces_and_the_special_one_does_not() {
    let general = with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/").unwrap();
    let special = with(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "http://collector:4318/x",
    )
    .unwrap();
    assert_eq!(
        general.telemetry.traces_endpoint.unwrap().as_str(),
        "http://collector:4318/v1/traces"
    );
    assert_eq!(
        special.telemetry.traces_endpoint.unwrap().as_str(),
        "http://collector:4318/x"
    );
}

#[test]
fn traces_are_off_or_refused_where_the_standard_variables_say_so() {
    let collector = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317");
    let read = |more: &[(&'static str, &'static str)]| {
        let mut environment = complete();
        let more = [&[collector], more].concat().into_iter();
        environment.extend(more.map(|(name, value)| (name, value.to_owned())));
        Settings::read(&mut Env::from_map(environment))
    };
    for off in [
        ("OTEL_SDK_DISABLED", "True"),
        ("OTEL_TRACES_EXPORTER", "none"),
    ] {
        let settings = read(&[off, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).unwrap();
        assert_eq!(settings.telemetry.traces_endpoint, None, "{off:?}");
    }
    let (general, traces) = (
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
    );
    let error = read(&[general]).unwrap_err().to_string();
    assert!(
        error.contains("OTEL_EXPORTER_OTLP_PROTOCOL is \"grpc\""),
        "{error}"
    );
    assert!(
        read(&[general, traces])
            .unwrap()
            .telemetry
            .traces_endpoint
            .is_some()
    );
    assert!(with(general.0, general.1).is_ok(), "nothing is sent");
}

#[test]
fn a_partner_has_id_secret_and_an_address_to_come_back_to() {
    let partner = [
        ("GREENHOUSE_CLIENT_ID", "intrro"),
        ("GREENHOUSE_CLIENT_SECRET", "hunter2"),
        ("BRIDGE_PUBLIC_URL", "https://bridge.example.com"),
    ];
    let read = |left_out: &str| {
        let some = partner.iter().filter(|(name, _)| *name != left_out);
        let given = some.map(|(name, value)| (*name, (*value).to_owned()));
        Settings::read(&mut Env::from_map(complete().into_iter().chain(given)))
    };
    assert_eq!(read("").unwrap().partner.unwrap().client_id, "intrro");
    for (name, _) in partner {
        let error = read(name).unwrap_err().to_string();
        assert!(error.contains(&format!("{name} is not set")), "{error}");
    }
}

#[test]
fn roles_have_tokens_where_they_are_set() {
    let settings = Settings::read(&mut Env::from_map(complete())).unwrap();
    assert!(settings.operator_token.is_none() && settings.viewer_token.is_none());
    let settings = with("BRIDGE_VIEWER_TOKEN", "look").unwrap();
    assert_eq!(settings.viewer_token.unwrap().expose_secret(), "look");
    assert!(with("BRIDGE_OPERATOR_TOKEN", "two words").is_err());
}

#[test]
fn no_two_roles_have_one_token() {
    let read = |admin: &str, operator: &str, viewer: &str| {
        let tokens = [
            ("BRIDGE_ADMIN_TOKEN", admin.to_owned()),
            ("BRIDGE_OPERATOR_TOKEN", operator.to_owned()),
            ("BRIDGE_VIEWER_TOKEN", viewer.to_owned()),
        ];
        Settings::read(&mut Env::from_map(complete().into_iter().chain(tokens)))
    };
    assert!(read("rule", "run", "look").is_ok());
    assert!(read("rule", "", "").is_ok());
    for (tokens, told) in [
        (
            ["hunter2", "hunter2", "look"],
            "BRIDGE_OPERATOR_TOKEN is the same as BRIDGE_ADMIN_TOKEN",
        ),
        (
            ["hunter2", "run", "hunter2"],
            "BRIDGE_VIEWER_TOKEN is the same as BRIDGE_ADMIN_TOKEN",
        ),
        (
            ["rule", "hunter2", "hunter2"],
            "BRIDGE_VIEWER_TOKEN is the same as BRIDGE_OPERATOR_TOKEN",
        ),
    ] {
        let [admin, operator, viewer] = tokens;
        let error = read(admin, operator, viewer).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
