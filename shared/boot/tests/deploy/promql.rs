//! Just enough of PromQL's syntax to see which metrics and labels an expression names.

/// A metric in an expression, with its label matchers as `(label, value)`; the value of a regular expression is split
/// at `|`, and left out where it is more than a list of words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    pub(crate) metric: String,
    pub(crate) matchers: Vec<(String, Vec<String>)>,
}

/// Whose metrics expressions may name: the bridge's own, and the broker's.
const OWNERS: [&str; 2] = ["bridge", "rabbitmq"];

/// Every selector of a metric of ours or the broker's.
pub(crate) fn selectors(expression: &str) -> Vec<Selector> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = next_word(rest) {
        let word: String = rest[start..].chars().take_while(|c| is_word(*c)).collect();
        rest = &rest[start + word.len()..];
        if !OWNERS.iter().any(|owner| word.starts_with(owner)) {
            continue;
        }
        let body = rest
            .strip_prefix('{')
            .and_then(|after| after.split_once('}'));
        let matchers = body.map_or_else(Vec::new, |(inside, _)| matchers(inside));
        rest = body.map_or(rest, |(_, after)| after);
        found.push(Selector {
            metric: word,
            matchers,
        });
    }
    found
}

/// Every label an aggregation keeps: `by (a, b)`.
pub(crate) fn grouping(expression: &str) -> Vec<String> {
    let groups = expression
        .split("by (")
        .skip(1)
        .filter_map(|after| after.split(')').next());
    groups
        .flat_map(|group| group.split(','))
        .map(|label| label.trim().to_owned())
        .collect()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | ':')
}

/// Where the next word outside of quotes begins.
fn next_word(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (!quoted && is_word(c)).then_some(at)
    })
}

fn matchers(inside: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut parts = inside.split('"');
    while let (Some(before), Some(value)) = (parts.next(), parts.next()) {
        let label: String = before.chars().filter(|c| is_word(*c)).collect();
        let plain = value
            .split('|')
            .all(|word| word.chars().all(|c| is_word(c) || matches!(c, '.' | '-')));
        let words = if plain {
            value.split('|').map(str::to_owned).collect()
        } else {
            Vec::new()
        };
        found.push((label, words));
    }
    found
}

#[test]
fn metrics_and_labels_are_found_in_an_expression() {
    let expression = r#"sum by (queue, le) (rate(bridge_a_total{outcome=~"x|y", service!="z"}[5m])) / bridge:b:ratio > bool vector(1)"#;
    let found = selectors(expression);
    assert_eq!(found[0].metric, "bridge_a_total");
    assert_eq!(
        found[0].matchers[0],
        ("outcome".into(), vec!["x".into(), "y".into()])
    );
    assert_eq!(found[0].matchers[1], ("service".into(), vec!["z".into()]));
    assert_eq!(
        (found[1].metric.as_str(), found.len()),
        ("bridge:b:ratio", 2)
    );
    assert_eq!(grouping(expression), ["queue", "le"]);
    assert!(selectors(r#"label_replace(up, "bridge_x", "$1", "", "")"#).is_empty());
    assert_eq!(
        selectors(r#"rabbitmq_b{queue="c.d"} > 0"#),
        [Selector {
            metric: "rabbitmq_b".into(),
            matchers: vec![("queue".into(), vec!["c.d".into()])],
        }]
    );
}
