//! Rust source as tokens with line numbers.
//!
//! Written by hand instead of using `proc-macro2`, which gives line numbers only with its feature `span-locations`: this lexer is
//! small, and the feature would rebuild every derive macro of the dependencies. Comments and doc comments are dropped.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword; raw identifiers without their `r#`.
    Word,
    /// A string, character or number. The text of a string is what is between its quotes; the others have none.
    Literal,
    /// `::`, `->`, `=>` or a single character.
    Punct,
    Open,
    Close,
}

#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    /// From 1.
    pub line: usize,
    /// Of an opening delimiter: the index of its closing one.
    pub close: usize,
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        self.kind != Kind::Literal && self.text == text
    }

    pub fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }
}

/// Splits `source` into tokens. Panics on unbalanced delimiters: what rustc compiles has none.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: source.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    lexer.run();
    pair_delimiters(&mut lexer.tokens);
    lexer.tokens
}

fn pair_delimiters(tokens: &mut [Token]) {
    let mut open = Vec::new();
    for at in 0..tokens.len() {
        match tokens[at].kind {
            Kind::Open => open.push(at),
            Kind::Close => {
                let start: usize = open.pop().expect("every delimiter is opened");
                tokens[start].close = at;
            }
            _ => {}
        }
    }
    assert!(open.is_empty(), "every delimiter is closed");
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn run(&mut self) {
        while let Some(char) = self.peek(0) {
            match char {
                '/' if self.peek(1) == Some('/') => self.skip_line(),
                '/' if self.peek(1) == Some('*') => self.skip_block_comment(),
                '"' => self.string(),
                '\'' => self.quote(),
                _ if is_word_start(char) => self.word(),
                _ if char.is_ascii_digit() => self.number(),
                _ if char.is_whitespace() => self.step(),
                _ => self.punct(char),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn step(&mut self) {
        if self.peek(0) == Some('\n') {
            self.line += 1;
        }
        self.at += 1;
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.tokens.push(Token {
            kind,
            text,
            line,
            close: 0,
        });
    }

    fn skip_line(&mut self) {
        while self.peek(0).is_some_and(|char| char != '\n') {
            self.step();
        }
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        while self.peek(0).is_some() {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                _ => {
                    self.step();
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    /// A string with escapes, at its opening quote.
    fn string(&mut self) {
        let (start, line) = (self.at + 1, self.line);
        self.step();
        while self.peek(0).is_some_and(|char| char != '"') {
            if self.peek(0) == Some('\\') {
                self.step();
            }
            self.step();
        }
        let text = self.chars[start..self.at.min(self.chars.len())]
            .iter()
            .collect();
        self.step();
        self.push(Kind::Literal, text, line);
    }

    /// A raw string, at its first `#` or its quote.
    fn raw_string(&mut self) {
        let line = self.line;
        let mut hashes = 0;
        while self.peek(0) == Some('#') {
            hashes += 1;
            self.step();
        }
        self.step();
        let start = self.at;
        while self.peek(0).is_some() {
            let ends = self.peek(0) == Some('"') && (1..=hashes).all(|n| self.peek(n) == Some('#'));
            if ends {
                break;
            }
            self.step();
        }
        let text = self.chars[start..self.at].iter().collect();
        self.at += 1 + hashes;
        self.push(Kind::Literal, text, line);
    }

    /// A character or a lifetime.
    fn quote(&mut self) {
        let line = self.line;
        if self.peek(1) == Some('\\') {
            self.at += 3;
            while self.peek(0).is_some_and(|char| char != '\'') {
                self.step();
            }
            self.step();
            self.push(Kind::Literal, String::new(), line);
        } else if self.peek(2) == Some('\'') {
            self.step();
            self.step();
            self.step();
            self.push(Kind::Literal, String::new(), line);
        } else {
            self.step();
            while self.peek(0).is_some_and(is_word_part) {
                self.step();
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        while self.peek(0).is_some_and(is_word_part) {
            self.step();
        }
        let text: String = self.chars[start..self.at].iter().collect();
        let hashes = self.chars[self.at..]
            .iter()
            .take_while(|char| **char == '#')
            .count();
        let quoted = self.peek(hashes) == Some('"');
        match text.as_str() {
            "r" | "br" | "cr" if quoted => self.raw_string(),
            "b" | "c" if quoted && hashes == 0 => self.string(),
            "b" if self.peek(0) == Some('\'') => self.quote(),
            "r" if hashes == 1 && self.peek(1).is_some_and(is_word_start) => {
                self.step();
                self.word();
            }
            _ => self.push(Kind::Word, text, self.line),
        }
    }

    fn number(&mut self) {
        let line = self.line;
        while self.peek(0).is_some_and(is_word_part)
            || (self.peek(0) == Some('.') && self.peek(1).is_some_and(|char| char.is_ascii_digit()))
        {
            self.step();
        }
        self.push(Kind::Literal, String::new(), line);
    }

    fn punct(&mut self, char: char) {
        let line = self.line;
        let pair = match (char, self.peek(1)) {
            (':', Some(':')) => Some("::"),
            ('-', Some('>')) => Some("->"),
            ('=', Some('>')) => Some("=>"),
            _ => None,
        };
        let kind = match char {
            '(' | '[' | '{' => Kind::Open,
            ')' | ']' | '}' => Kind::Close,
            _ => Kind::Punct,
        };
        self.at += 1 + usize::from(pair.is_some());
        self.push(
            kind,
            pair.map_or_else(|| char.to_string(), str::to_owned),
            line,
        );
    }
}

fn is_word_start(char: char) -> bool {
    char.is_alphabetic() || char == '_'
}

fn is_word_part(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}
