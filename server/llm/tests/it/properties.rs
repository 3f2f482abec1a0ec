//! What must hold for any bytes: streams cut anywhere, split anywhere, or damaged.

use llm::sse::Parser;

use crate::recorded::{DIALECTS, Recorded, recorded};

/// How many positions of a recording are tried; of longer ones only every n-th.
const POSITIONS: usize = 300;

fn positions(file: &Recorded) -> impl Iterator<Item = usize> {
    (0..file.bytes.len()).step_by(file.bytes.len() / POSITIONS + 1)
}

fn cuts_hold_for(folder: &str) {
    for file in recorded(folder) {
        let whole = file.read(&file.bytes);
        let wrong_at_all = whole.error.is_some();
        for cut in positions(&file) {
            let (before, after) = file.bytes.split_at(cut);
            let facts = file.read(before);
            let at = format!("{folder}/{} cut at {cut}", file.name);
            if after.trim_ascii().is_empty() {
                assert_eq!(facts.complete, whole.complete, "{at}");
            } else {
                assert!(!facts.complete, "{at}");
            }
            assert!(
                wrong_at_all || facts.error.is_none(),
                "{at}: {:?}",
                facts.error
            );
        }
    }
}

#[test]
fn a_cut_off_chat_completion_is_never_taken_for_complete_or_wrong() {
    cuts_hold_for("openai_chat");
}

#[test]
fn a_cut_off_response_is_never_taken_for_complete_or_wrong() {
    cuts_hold_for("openai_responses");
}

#[test]
fn a_cut_off_embedding_is_never_taken_for_complete_or_wrong() {
    cuts_hold_for("openai_embeddings");
}

#[test]
fn a_cut_off_message_is_never_taken_for_complete_or_wrong() {
    cuts_hold_for("anthropic_messages");
}

#[test]
fn a_cut_off_gemini_answer_is_never_taken_for_complete_or_wrong() {
    cuts_hold_for("gemini_generate");
}

type Events = Vec<(Vec<u8>, Vec<u8>, bool)>;

fn events<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Events {
    let mut found = Events::new();
    let mut parser = Parser::new(usize::MAX);
    for piece in pieces {
        parser.feed(piece, |event| {
            found.push((event.name.to_vec(), event.data.to_vec(), event.cut_off));
        });
    }
    parser.finish(|event| found.push((event.name.to_vec(), event.data.to_vec(), event.cut_off)));
    found
}

#[test]
fn recorded_streams_split_anywhere_give_the_same_events() {
    for (folder, ..) in DIALECTS {
        for file in recorded(folder)
            .iter()
            .filter(|file| file.is_event_stream())
        {
            let expected = events([file.bytes.as_slice()]);
            for cut in positions(file) {
                let (before, after) = file.bytes.split_at(cut);
                let found = events([before, after]);
                assert!(found == expected, "{folder}/{} split at {cut}", file.name);
            }
            assert!(
                events(file.bytes.chunks(1)) == expected,
                "{folder}/{}",
                file.name
            );
        }
    }
}

/// xorshift64*: the same damage in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let roll = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(roll).unwrap() % below.max(1)
    }
}

fn damage(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const PIECES: [&[u8]; 9] = [
        b"\xff\xfe\0",
        b"\n\n",
        b"\r",
        b"data: {}\n\n",
        b"data: [DONE]\n\n",
        b"{\"index\":18446744073709551615,\"error\":[",
        b"\"\\ud800\"",
        b"null",
        b"-1e999",
    ];
    for _ in 0..=dice.roll(8) {
        let at = dice.roll(bytes.len());
        let end = (at + dice.roll(60)).min(bytes.len());
        match dice.roll(5) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                let to = dice.roll(bytes.len());
                bytes.splice(to..to, copy);
            }
            3 => drop(bytes.splice(at..at, PIECES[dice.roll(PIECES.len())].iter().copied())),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.roll(8);
                }
            }
        }
    }
}

#[test]
fn damaged_streams_are_read_by_every_dialect_without_a_panic() {
    let mut dice = Dice(0x5eed_2026_1121_0001);
    let files: Vec<Recorded> = DIALECTS
        .iter()
        .flat_map(|(folder, ..)| recorded(folder))
        .collect();
    let small: Vec<&Recorded> = files
        .iter()
        .filter(|file| file.bytes.len() < 8_000)
        .collect();
    let mut broken = 0;
    for _ in 0..1_000 {
        let file = small[dice.roll(small.len())];
        let mut bytes = file.bytes.clone();
        damage(&mut bytes, &mut dice);
        let facts = file.read(&bytes);
        broken += usize::from(facts.error.is_some() || !facts.complete);
        for other in [&small[0], &small[small.len() / 2], &small[small.len() - 1]] {
            other.dialect.read_stream(&bytes);
            other.dialect.read_response(&bytes);
            other.dialect.read_request(&bytes);
        }
    }
    assert!(
        broken >= 300,
        "only {broken} streams were found to be broken"
    );
}
