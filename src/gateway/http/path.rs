//! Matching a request's path with a pattern of the route table.

/// The values of a path's parameters. A value that is not UTF-8 once decoded is `None`.
#[derive(Debug, Default)]
pub(super) struct Params(pub(super) Vec<(&'static str, Option<String>)>);

impl Params {
    /// The decoded value; `None` when it is not text.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(param, _)| *param == name)
            .and_then(|(_, value)| value.as_deref())
    }
}

/// The parameters of a path that fits the pattern.
pub(super) fn matches(pattern: &'static str, segments: &[Segment<'_>]) -> Option<Params> {
    let mut params = Params::default();
    let mut pieces = pattern.split('/');
    for segment in segments {
        let piece = pieces.next()?;
        let parameter = piece
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        let Some((name, verb)) = parameter else {
            // As it was sent: a rule of a proxy for this path must not be passed by another spelling of it.
            if segment.raw != piece {
                return None;
            }
            continue;
        };
        let text = segment.decoded.as_deref().unwrap_or(segment.raw);
        let (value, found) = split_verb(text);
        if found != verb || value.is_empty() {
            return None;
        }
        let value = segment.decoded.is_some().then(|| value.to_owned());
        params.0.push((name, value));
    }
    pieces.next().is_none().then_some(params)
}

/// A path segment.
pub(super) struct Segment<'a> {
    raw: &'a str,
    /// `None` when an escape is broken or the result is not UTF-8.
    decoded: Option<String>,
}

/// Splits `value:verb` before the colon. Only lower-case letters make a verb: the colon of a
/// device's JID is part of the value.
fn split_verb(segment: &str) -> (&str, &str) {
    match segment.rsplit_once(':') {
        Some((value, verb)) if !verb.is_empty() && verb.bytes().all(|b| b.is_ascii_lowercase()) => {
            (value, &segment[value.len()..])
        }
        _ => (segment, ""),
    }
}

/// Percent-decodes one segment; `None` when an escape is broken or the result is not UTF-8.
fn decode(segment: &str) -> Option<String> {
    if !segment.contains('%') {
        return Some(segment.to_owned());
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The segments of a path, each decoded by itself.
pub(super) fn segments(path: &str) -> Vec<Segment<'_>> {
    path.split('/')
        .map(|raw| Segment {
            raw,
            decoded: decode(raw),
        })
        .collect()
}
