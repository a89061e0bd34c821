//! Every environment variable the bridge reads: name, default, meaning. README's table is written from this one.

/// One environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name. A secret may also be given as a file, under this name followed by `_FILE`.
    pub name: &'static str,
    /// The value without it; `None` when there is none.
    pub default: Option<&'static str>,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// The form of the value, as an error message says it: "expected …".
    pub expected: &'static str,
    /// A value that would do.
    pub example: &'static str,
    /// Whether the value must never be shown.
    pub secret: bool,
    /// Whether `bridge run` refuses to start without it.
    pub required: bool,
}

macro_rules! variables {
    ($($(#[$meta:meta])* $constant:ident: $name:literal, $kind:ident, $default:expr, $meaning:literal, $expected:literal, $example:literal;)+) => {
        $($(#[$meta])* pub const $constant: Variable = Variable {
            name: $name,
            default: $default,
            meaning: $meaning,
            expected: $expected,
            example: $example,
            secret: matches!(Kind::$kind, Kind::Secret | Kind::OptionalSecret),
            required: matches!(Kind::$kind, Kind::Secret),
        };)+

        /// All of them, in the order of the table.
        #[must_use]
        pub fn reference() -> &'static [Variable] {
            &[$($constant),+]
        }
    };
}

/// The reference as a Markdown table, with a line break at its end.
#[must_use]
pub fn reference_table() -> String {
    let mut table = "| variable | default | meaning |\n|---|---|---|\n".to_owned();
    for variable in reference() {
        let default = match variable.default {
            Some(default) => format!("`{default}`"),
            None if variable.required => "required".to_owned(),
            None => "none".to_owned(),
        };
        let file = if variable.secret {
            format!(" or `{}_FILE`", variable.name)
        } else {
            String::new()
        };
        let example = if variable.default == Some(variable.example) {
            String::new()
        } else {
            format!(", such as `{}`", variable.example)
        };
        let row = [
            format!("| `{}`{file} ", variable.name),
            format!("| {default} | {} ", variable.meaning),
            format!("Expected: {}{example}. |\n", variable.expected),
        ];
        table.extend(row);
    }
    table
}

enum Kind {
    /// Without it nothing works.
    Secret,
    /// Without it something is switched off.
    OptionalSecret,
    Plain,
}

variables! {
    /// Address of RabbitMQ.
    AMQP_URL: "BRIDGE_AMQP_URL", Secret, None,
        "RabbitMQ: address, credentials, virtual host. The file is read again before each connection.",
        "amqp:// or amqps:// with host and virtual host (the host / is written %2f)",
        "amqp://bridge:password@rabbitmq:5672/%2f";
    /// Address of PostgreSQL.
    DATABASE_URL: "BRIDGE_DATABASE_URL", Secret, None,
        "PostgreSQL 15 or later: address, credentials, database.",
        "postgres:// with host and database",
        "postgres://bridge:password@postgres:5432/bridge";
    /// Keys that encrypt the credentials of tenants.
    MASTER_KEYS: "BRIDGE_MASTER_KEYS", Secret, None,
        "Keys that encrypt the tenants' credentials. The first one encrypts, all of them decrypt: put a new one in front to rotate.",
        "id:base64 of 32 random bytes, several separated by commas",
        "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    /// Token of the administrators' HTTP API.
    ADMIN_TOKEN: "BRIDGE_ADMIN_TOKEN", Secret, None,
        "Bearer token of the HTTP API for connections; may do everything.",
        "any text without spaces; 32 random characters are a good one",
        "$(openssl rand -hex 32)";
    /// Token of operators.
    OPERATOR_TOKEN: "BRIDGE_OPERATOR_TOKEN", OptionalSecret, None,
        "Bearer token for those who may look, verify, pause and resume, and make links for admins. Without it there is no such role.",
        "any text without spaces, another one than the admin's",
        "$(openssl rand -hex 32)";
    /// Token of viewers.
    VIEWER_TOKEN: "BRIDGE_VIEWER_TOKEN", OptionalSecret, None,
        "Bearer token for those who may look. Without it there is no such role.",
        "any text without spaces, another one than the admin's and the operator's",
        "$(openssl rand -hex 32)";
    /// Our client id as a partner of Greenhouse.
    GREENHOUSE_CLIENT_ID: "GREENHOUSE_CLIENT_ID", Plain, None,
        "Client id that Greenhouse gave Intrro as a partner. With it admins can authorise the bridge in their browser.",
        "a text as Greenhouse shows it",
        "intrro-bridge";
    /// Our client secret as a partner of Greenhouse.
    GREENHOUSE_CLIENT_SECRET: "GREENHOUSE_CLIENT_SECRET", OptionalSecret, None,
        "The secret that belongs to GREENHOUSE_CLIENT_ID.",
        "a text as Greenhouse shows it",
        "a-secret-of-greenhouse";
    /// Where browsers reach this bridge.
    PUBLIC_URL: "BRIDGE_PUBLIC_URL", Plain, None,
        "Address at which browsers and Greenhouse reach the bridge; Greenhouse sends admins back to /connect/greenhouse/callback under it.",
        "an http:// or https:// address",
        "https://bridge.example.com";
    /// Greenhouse's Harvest API.
    GREENHOUSE_API_URL: "GREENHOUSE_API_URL", Plain, Some("https://harvest.greenhouse.io"),
        "Greenhouse's Harvest API, or a simulator of it.",
        "an http:// or https:// address",
        "https://harvest.greenhouse.io";
    /// Greenhouse's token endpoint.
    GREENHOUSE_AUTH_URL: "GREENHOUSE_AUTH_URL", Plain, Some("https://auth.greenhouse.io"),
        "Greenhouse's OAuth server, or a simulator of it.",
        "an http:// or https:// address",
        "https://auth.greenhouse.io";
    /// Where the HTTP listener listens.
    HTTP_ADDR: "BRIDGE_HTTP_ADDR", Plain, Some("127.0.0.1:8080"),
        "Where `/live`, `/ready`, `/metrics` and the API listen.",
        "an IP address or a host name, a colon, and a port",
        "0.0.0.0:8080";
    /// Intrro's web address.
    INTRRO_URL: "BRIDGE_INTRRO_URL", Plain, Some("https://app.intrro.com"),
        "Intrro's address: links back to it mark what the bridge has written in Greenhouse, so never change it lightly.",
        "an http:// or https:// address",
        "https://app.intrro.com";
    /// How long an unanswered write settles.
    SETTLE_SECONDS: "BRIDGE_SETTLE_SECONDS", Plain, Some("60"),
        "How long after an unanswered write its absence counts as proof that it did not happen; ten times as long where Greenhouse accepted it without saying what it made.",
        "whole seconds, 0 to 3600; less than 60 is for tests only",
        "60";
    /// Format of the log.
    LOG_FORMAT: "BRIDGE_LOG_FORMAT", Plain, None,
        "Format of the log on standard error; without it pretty on a terminal, else json.",
        "json or pretty",
        "json";
    /// Which log lines are written.
    LOG_FILTER: "RUST_LOG", Plain, Some("info"),
        "Which log lines and spans are written: a level, or target=level pairs.",
        "a filter as in the documentation of tracing-subscriber's EnvFilter",
        "info,introductions=debug";
    /// Collector of telemetry.
    OTLP_ENDPOINT: "OTEL_EXPORTER_OTLP_ENDPOINT", Plain, None,
        "OpenTelemetry collector for OTLP over HTTP; /v1/traces is added. Without it nothing is traced.",
        "an http:// or https:// address",
        "http://jaeger:4318";
    /// Collector of traces.
    OTLP_TRACES_ENDPOINT: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Plain, None,
        "The same for traces alone, used as it is.",
        "an http:// or https:// address",
        "http://jaeger:4318/v1/traces";
    /// How the collector is spoken to.
    OTLP_PROTOCOL: "OTEL_EXPORTER_OTLP_PROTOCOL", Plain, Some("http/protobuf"),
        "How the collector is spoken to.",
        "http/protobuf, which collectors take at port 4318",
        "http/protobuf";
    /// How the collector of traces is spoken to.
    OTLP_TRACES_PROTOCOL: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", Plain, None,
        "The same for traces alone.",
        "http/protobuf, which collectors take at port 4318",
        "http/protobuf";
    /// How traces leave.
    OTEL_TRACES_EXPORTER: "OTEL_TRACES_EXPORTER", Plain, Some("otlp"),
        "How traces leave: with `none` nothing is traced.",
        "otlp or none",
        "none";
    /// Whether there are traces at all.
    OTEL_SDK_DISABLED: "OTEL_SDK_DISABLED", Plain, Some("false"),
        "With `true` nothing is traced, whatever else is set.",
        "true or false",
        "true";
    /// Name of the process in traces.
    OTEL_SERVICE_NAME: "OTEL_SERVICE_NAME", Plain, None,
        "Name of this process in traces; without it the `service.name` of `OTEL_RESOURCE_ATTRIBUTES`, else `bridge`. Sampler, headers, timeout and what else OpenTelemetry defines for a tracer work as well, but for the sizes of its queue and batches, which are fixed.",
        "a word",
        "bridge-statuses";
}
