//! An idle desk costs next to nothing: an hour of it is measured in wakes and calls, which do not depend on
//! the machine.

use super::*;

const HOUR: i64 = 60 * 60_000;
const MINUTES: usize = 60;

#[test]
fn an_idle_desk_wakes_and_calls_a_few_times_a_minute() {
    let mut desk = Harness::opened(WIDE);
    let end = START + HOUR;
    let (mut wakes, mut calls) = (0, 0);
    loop {
        let next = desk
            .state
            .requests
            .wake_requested
            .expect("ages on the screen are redrawn");
        if next > end {
            break;
        }
        desk.wait(next - desk.state.now);
        wakes += 1;
        while let Some((id, call)) = desk.asked.pop() {
            calls += 1;
            let reply = match call {
                Call::Sessions => Reply::Sessions(Ok(vec![
                    session("a", SessionStatus::Working),
                    session("b", SessionStatus::Stopped),
                ])),
                Call::Invite(_) => Reply::Invite(Ok(LINK.to_owned())),
                Call::Group(_) => Reply::Group(Ok(group("1", "Allotment"))),
                Call::Ready => Reply::Ready(Ok(true)),
                Call::Members(_) => Reply::Members(Ok(members())),
                call => panic!("an idle desk asks for {call:?}"),
            };
            desk.send(Msg::Reply(id, reply));
        }
    }
    assert!(wakes <= 6 * MINUTES, "{wakes} wakes in an hour");
    assert!(calls <= 4 * MINUTES, "{calls} calls in an hour");
}
