//! Escapes in texts.

/// The character of the escape that a text begins with, and the escape's length; `None` if it is none.
pub(super) fn read(text: &str) -> Option<(char, usize)> {
    let mut chars = text.chars();
    chars.next().filter(|&c| c == '\\')?;
    let simple = |c| Some((c, 2));
    match chars.next()? {
        'a' => simple('\x07'),
        'b' => simple('\x08'),
        'f' => simple('\x0c'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        'v' => simple('\x0b'),
        c @ ('\\' | '?' | '"' | '\'' | '`') => simple(c),
        'x' | 'X' => code(text, 2, 2, 16),
        'u' => code(text, 2, 4, 16),
        'U' => code(text, 2, 8, 16),
        '0'..='3' => code(text, 1, 3, 8),
        _ => None,
    }
}

fn code(text: &str, from: usize, digits: usize, radix: u32) -> Option<(char, usize)> {
    let digits = text.get(from..from + digits)?;
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    Some((char::from_u32(u32::from_str_radix(digits, radix).ok()?)?, from + digits.len()))
}
