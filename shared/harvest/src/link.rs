//! The next page, as the `Link` header names it (RFC 8288).

use reqwest::header::{HeaderMap, LINK};
use url::Url;

/// The target of `rel="next"`, verbatim; absent on the last page. v1 sends further relations, v3 only this one.
pub(crate) fn next(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(next_in)
}

/// The address to follow; `current` is where the link was found, and no page is its own next one.
///
/// The credential goes along, so it stays where it is: of a link to somewhere else, as a gateway may pass it through from
/// Greenhouse itself, only what it says of the page is taken.
pub(crate) fn follow(link: &str, current: &Url) -> Option<Url> {
    let named = current.join(link).ok()?;
    let next = match named.origin() == current.origin() && named.username().is_empty() {
        true => named,
        false => {
            let mut next = current.clone();
            next.set_query(named.query());
            next
        }
    };
    (next != *current).then_some(next)
}

/// The same page in smaller ones, a tenth of it each: the first of them, from which the links go on with the others. None
/// where the address does not tell how many rows it asks for, as behind a cursor, or where it is one.
pub(crate) fn smaller(current: &Url) -> Option<Url> {
    let number = |name: &str| {
        let mut pairs = current.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.parse::<u64>())?.ok())
    };
    let rows = number("per_page").filter(|rows| *rows > 1)?;
    let fewer = if rows % 10 == 0 { rows / 10 } else { 1 };
    let page = number("page").map(|page| (page.max(1) - 1) * (rows / fewer) + 1);
    let mut next = current.clone();
    let mut pairs = next.query_pairs_mut();
    pairs.clear();
    for (key, value) in current.query_pairs() {
        match (&*key, page) {
            ("per_page", _) => pairs.append_pair(&key, &fewer.to_string()),
            ("page", Some(page)) => pairs.append_pair(&key, &page.to_string()),
            _ => pairs.append_pair(&key, &value),
        };
    }
    drop(pairs);
    Some(next)
}

fn next_in(mut value: &str) -> Option<&str> {
    loop {
        let (target, rest) = value.split_once('<')?.1.split_once('>')?;
        // Parameters end where the next target begins; addresses may contain commas, so these do not count.
        let end = rest.find('<').unwrap_or(rest.len());
        if rest[..end].split(';').any(is_next) {
            return Some(target);
        }
        value = &rest[end..];
    }
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    let value = value.trim_matches([' ', '"', ',', '\t']);
    name.trim().eq_ignore_ascii_case("rel")
        && value
            .split_whitespace()
            .any(|rel| rel.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(LINK, value.parse().unwrap());
        next(&headers).map(str::to_owned)
    }

    #[test]
    fn the_next_page_is_found_among_other_relations() {
        assert_eq!(
            next_of("<https://h/v3/jobs?cursor=a,b>; rel=\"next\"").as_deref(),
            Some("https://h/v3/jobs?cursor=a,b")
        );
        assert_eq!(
            next_of("<https://h/1>; rel=\"last\",<https://h/2>;title=x; rel=next").as_deref(),
            Some("https://h/2")
        );
        assert_eq!(next_of("<https://h/1>; rel=\"last\""), None);
        assert_eq!(next_of("nonsense; rel=\"next\""), None);
        assert_eq!(next(&HeaderMap::new()), None);
    }

    #[test]
    fn a_link_is_followed_at_the_address_that_was_called() {
        let here: Url = "https://harvest.greenhouse.io/v3/jobs?per_page=500"
            .parse()
            .unwrap();
        let followed = |link| follow(link, &here).map(String::from);
        let next = "https://harvest.greenhouse.io/v3/jobs?cursor=%7Babc%7D";
        assert_eq!(followed(next).as_deref(), Some(next));
        for elsewhere in [
            "/v3/jobs?cursor=%7Babc%7D",
            "https://evil.example/v3/jobs?cursor=%7Babc%7D",
            "http://harvest.greenhouse.io/v3/jobs?cursor=%7Babc%7D",
            "https://harvest.greenhouse.io:444/v3/jobs?cursor=%7Babc%7D",
            "https://me@harvest.greenhouse.io/v3/jobs?cursor=%7Babc%7D",
            "//evil.example/?cursor=%7Babc%7D",
        ] {
            assert_eq!(followed(elsewhere).as_deref(), Some(next), "{elsewhere}");
        }
        for astray in [
            "https://[",
            "https://harvest.greenhouse.io/v3/jobs?per_page=500",
            "https://elsewhere.example/v3/jobs?per_page=500",
        ] {
            assert_eq!(followed(astray), None, "{astray}");
        }
    }

    #[test]
    fn a_page_is_the_first_of_ten_smaller_ones() {
        let smaller_of = |query: &str| {
            let url: Url = format!("https://h/v1/jobs?{query}").parse().unwrap();
            Some(smaller(&url)?.query()?.to_owned())
        };
        let told = |query| smaller_of(query).unwrap();
        assert_eq!(told("per_page=500&a=b%26c"), "per_page=50&a=b%26c");
        assert_eq!(told("page=3&per_page=500"), "page=21&per_page=50");
        assert_eq!(told("per_page=50&page=21"), "per_page=5&page=201");
        assert_eq!(told("per_page=5&page=201"), "per_page=1&page=1001");
        for as_small_as_can_be in ["per_page=1&page=1001", "cursor=x", "page=2"] {
            assert_eq!(smaller_of(as_small_as_can_be), None);
        }
    }

    #[test]
    fn a_gateway_that_passes_links_through_is_paged_through_the_gateway() {
        let here: Url = "http://gateway:8080/greenhouse/v3/jobs?per_page=500"
            .parse()
            .unwrap();
        let next = follow("https://harvest.greenhouse.io/v3/jobs?cursor=b", &here);
        assert_eq!(
            next.map(String::from).as_deref(),
            Some("http://gateway:8080/greenhouse/v3/jobs?cursor=b")
        );
    }
}
