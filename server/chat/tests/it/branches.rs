//! Regenerate, edit, switch between branches.

use reqwest::Method;
use serde_json::json;

use crate::harness::TestChat;
use crate::replies::says;

#[tokio::test]
async fn an_answer_given_anew_is_a_sibling_and_an_edit_a_branch() {
    let chat = TestChat::start().await;
    let conversation = chat.openai().await;
    chat.provider.reply(says("openai", "Blue."));
    chat.say(&conversation, "Which colour?").await.end().await;
    let first = chat.get(&conversation).await;
    let (question, answer) = (&first["messages"][0], &first["messages"][1]);

    chat.provider.reply(says("openai", "Green."));
    let turn = chat
        .post(
            &format!("{conversation}/turns"),
            json!({ "regenerate": answer["id"] }),
        )
        .await;
    chat.follow(&conversation, turn["lastEventId"].as_i64())
        .await
        .end()
        .await;
    assert_eq!(turn["message"]["parentId"], question["id"]);
    assert!(
        !chat.asked()[1].to_string().contains("Blue."),
        "the old answer is not told"
    );

    chat.provider.reply(says("openai", "A cat."));
    let edit = json!({ "text": "Which animal?", "parentId": null });
    let turn = chat.post(&format!("{conversation}/turns"), edit).await;
    chat.follow(&conversation, turn["lastEventId"].as_i64())
        .await
        .end()
        .await;
    let told = chat.asked()[2].to_string();
    assert!(
        told.contains("Which animal?") && !told.contains("colour"),
        "{told}"
    );

    let all = chat.get(&conversation).await;
    assert_eq!(all["messages"].as_array().unwrap().len(), 5);
    assert_eq!(all["leafMessageId"], turn["message"]["id"]);
    let body = json!({ "leafMessageId": question["id"] });
    let (_, switched) = chat.send(Method::PATCH, &conversation, Some(body)).await;
    let green = all["messages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|message| message["parts"].to_string().contains("Green."))
        .unwrap();
    assert_eq!(
        switched["leafMessageId"], green["id"],
        "the newest answer below it"
    );
}
