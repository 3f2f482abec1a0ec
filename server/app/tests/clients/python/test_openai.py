import json

import openai

from harness import ANY_STATUS, RED_PIXEL, WEATHER_SCHEMA, Call, SdkTest, reached_upstream

MODEL = "gpt-5.4-mini"
CHAT = {"provider": "openai", "type": "openai:chatCompletions", "model": MODEL, "requestedModel": MODEL}
RESPONSES = {**CHAT, "type": "openai:responses"}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER_SCHEMA}}]
RESPONSE_TOOLS = [{"type": "function", "name": "get_weather", "parameters": WEATHER_SCHEMA, "strict": True}]
USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def say(content):
    return [{"role": "user", "content": content}]


class OpenAiTest(SdkTest):
    group = "openai"

    def open(self, side="mock"):
        call = Call(side)
        client = openai.OpenAI(api_key="sk-client-key", base_url=call.urls["openai"], default_headers=call.headers, max_retries=0, timeout=30)
        self.addCleanup(client.close)
        return client, call

    def test_chat(self):
        """a chat answers and is logged with the tokens of its usage"""
        client, call = self.open()
        answer = client.chat.completions.create(model=MODEL, messages=say("Say hello"))
        self.assertEqual(answer.choices[0].message.content, "Hello from the mock upstream.")
        self.recorded(call, {**CHAT, "inputTokens": 21, "outputTokens": 7})

    def test_stream(self):
        """a stream arrives in pieces and its usage chunk is counted"""
        client, call = self.open()
        chunks = list(client.chat.completions.create(model=MODEL, messages=say("Say hello"), **USAGE))
        self.assertEqual("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), "Hello from the mock upstream.")
        self.assertEqual(chunks[-1].usage.prompt_tokens, 21)
        self.recorded(call, {**CHAT, "stream": True, "inputTokens": 21, "outputTokens": 7})

    def test_tools(self):
        """a tool call, parallel streamed tool calls and a tool result turn"""
        client, call = self.open()
        message = client.chat.completions.create(model=MODEL, messages=say("Weather in Paris"), tools=TOOLS).choices[0].message
        self.assertEqual(json.loads(message.tool_calls[0].function.arguments), {"city": "Paris"})
        with client.chat.completions.stream(model=MODEL, messages=say("Weather in Paris and Rome"), tools=TOOLS, stream_options={"include_usage": True}) as stream:
            calls = stream.get_final_completion().choices[0].message.tool_calls
        self.assertEqual([json.loads(tool.function.arguments)["city"] for tool in calls], ["Paris", "Rome"])
        turn = [*say("Weather in Paris"), message.to_dict(), {"role": "tool", "tool_call_id": "call_paris", "content": "19 degrees"}]
        answer = client.chat.completions.create(model=MODEL, messages=turn, tools=TOOLS)
        self.assertEqual(answer.choices[0].message.content, "Paris has 19 degrees.")
        self.recorded(
            call,
            {**CHAT, "inputTokens": 58, "outputTokens": 17, "toolCallCount": 1},
            {**CHAT, "stream": True, "inputTokens": 64, "outputTokens": 38, "toolCallCount": 2},
            {**CHAT, "inputTokens": 83, "outputTokens": 9, "toolCallCount": 0},
        )

    def test_responses(self):
        """a response answers, streams and calls a tool"""
        client, call = self.open()
        self.assertEqual(client.responses.create(model=MODEL, input="Say hello").output_text, "Hello from the mock upstream.")
        with client.responses.stream(model=MODEL, input="Say hello") as stream:
            self.assertEqual(stream.get_final_response().output_text, "Hello from the mock upstream.")
        tool = client.responses.create(model=MODEL, input="Weather in Paris", tools=RESPONSE_TOOLS)
        self.assertEqual(json.loads(next(item for item in tool.output if item.type == "function_call").arguments), {"city": "Paris"})
        hello = {**RESPONSES, "inputTokens": 21, "outputTokens": 7}
        self.recorded(call, hello, {**hello, "stream": True}, {**RESPONSES, "inputTokens": 58, "outputTokens": 17, "toolCallCount": 1})

    def test_other(self):
        """an image, embeddings, models and a long stream"""
        client, call = self.open()
        image = [{"type": "text", "text": "Describe this picture"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{RED_PIXEL}"}}]
        self.assertEqual(client.chat.completions.create(model=MODEL, messages=say(image)).choices[0].message.content, "One red pixel.")
        vector = client.embeddings.create(model="text-embedding-3-small", input="Embed this sentence").data[0].embedding
        self.assertEqual([round(value, 3) for value in vector], [0.25, -0.5, 0.125])
        self.recorded(call, {**CHAT, "inputTokens": 270, "outputTokens": 5}, {"provider": "openai", "type": "openai:embeddings", "model": "text-embedding-3-small"})
        fake, other = self.open("fake")
        self.assertEqual([model.id for model in fake.models.list()], [MODEL])
        chunks = list(fake.chat.completions.create(model=MODEL, messages=say("[fake:long]"), **USAGE))
        self.assertEqual(sum(1 for chunk in chunks if chunk.choices and (chunk.choices[0].delta.content or "").startswith("word")), 2000)

    def test_errors(self):
        """400, 401, 429 and 503 are raised as the package's own types with the upstream's words"""
        kinds = {400: openai.BadRequestError, 401: openai.AuthenticationError, 429: openai.RateLimitError, 503: openai.InternalServerError}
        for status, kind in kinds.items():
            for side, text, words in [("mock", f"Fail with {status}", "mock"), ("fake", f"[fake:error-{status}]", "FakeProvider says")]:
                for stream in (False, True):
                    client, call = self.open(side)
                    error = self.raises(kind, lambda: client.chat.completions.create(model=MODEL, messages=say(text), stream=stream))
                    self.assertIn(words, error.body["message"])
                    self.recorded(call, {**CHAT, "stream": stream, "status": status, "outcome": "client_error" if status < 500 else "upstream_error"})

    def test_broken(self):
        """a stream that breaks off or carries an error event is raised"""
        for scenario in ("broken", "error-in-stream"):
            client, call = self.open("fake")
            stream = client.chat.completions.create(model=MODEL, messages=say(f"[fake:{scenario}]"), stream=True)
            self.raises(Exception, lambda: list(stream))
            self.recorded(call, {**CHAT, "stream": True, "outcome": "upstream_error"})

    def test_abort(self):
        """leaving a stream cancels the upstream and is logged"""
        client, call = self.open("fake")
        stream = client.chat.completions.create(model=MODEL, messages=say("[fake:endless]"), stream=True)
        for _ in zip(range(5), stream):
            pass
        stream.close()
        reached_upstream(call, lambda entries: entries and entries[0]["state"] == "cut off")
        self.recorded(call, {**CHAT, "stream": True, "outcome": "client_left"})

    def test_timeout(self):
        """a caller that gives up waiting cancels the upstream and is logged"""
        client, call = self.open("fake")
        self.raises(openai.APITimeoutError, lambda: client.with_options(timeout=0.5).chat.completions.create(model=MODEL, messages=say("[fake:silent]")))
        reached_upstream(call, lambda entries: entries and entries[0]["state"] == "cut off")
        self.recorded(call, {**CHAT, "status": ANY_STATUS, "outcome": "client_left"})
