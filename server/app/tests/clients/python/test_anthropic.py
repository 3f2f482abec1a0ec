import anthropic

from harness import ANY_STATUS, RED_PIXEL, WEATHER_SCHEMA, Call, SdkTest, reached_upstream

MODEL = "claude-sonnet-5-5"
MESSAGES = {"provider": "anthropic", "type": "anthropic:messages", "model": MODEL, "requestedModel": MODEL}
FAKE = {"inputTokens": 50, "cacheReadTokens": 40, "cacheWriteTokens": 25, "outputTokens": 30}
TOOLS = [{"name": "get_weather", "description": "Weather of a city", "input_schema": WEATHER_SCHEMA}]


def ask(content, **rest):
    return {"model": MODEL, "max_tokens": 512, "messages": [{"role": "user", "content": content}], **rest}


class AnthropicTest(SdkTest):
    group = "anthropic"

    def open(self, side="mock"):
        call = Call(side)
        client = anthropic.Anthropic(api_key="sk-ant-client-key", base_url=call.urls["anthropic"], default_headers=call.headers, max_retries=0, timeout=30)
        self.addCleanup(client.close)
        return client, call

    def test_message(self):
        """a message answers and is logged with the tokens of its usage"""
        client, call = self.open()
        self.assertEqual(client.messages.create(**ask("Say hello")).content[0].text, "Hello from the mock upstream.")
        self.recorded(call, {**MESSAGES, "inputTokens": 21, "outputTokens": 7})

    def test_stream(self):
        """a stream keeps its thinking block, signature and cache tokens"""
        client, call = self.open("fake")
        with client.messages.stream(**ask("Hello")) as stream:
            final = stream.get_final_message()
        self.assertEqual([block.type for block in final.content], ["thinking", "text"])
        self.assertTrue(final.content[0].signature)
        self.recorded(call, {**MESSAGES, **FAKE, "stream": True})

    def test_tools(self):
        """a tool call, parallel streamed tool calls and a tool result turn"""
        client, call = self.open()
        answer = client.messages.create(**ask("Weather in Paris", tools=TOOLS))
        self.assertEqual((answer.stop_reason, answer.content[-1].input), ("tool_use", {"city": "Paris"}))
        with client.messages.stream(**ask("Weather in Paris and Rome", tools=TOOLS)) as stream:
            final = stream.get_final_message()
        self.assertEqual([block.input["city"] for block in final.content if block.type == "tool_use"], ["Paris", "Rome"])
        turn = ask("Weather in Paris", tools=TOOLS)
        turn["messages"] += [
            {"role": "assistant", "content": answer.content},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": answer.content[-1].id, "content": "19 degrees"}]},
        ]
        self.assertEqual(client.messages.create(**turn).content[0].text, "Paris has 19 degrees.")
        self.recorded(
            call,
            {**MESSAGES, "inputTokens": 58, "outputTokens": 17, "toolCallCount": 1},
            {**MESSAGES, "stream": True, "inputTokens": 64, "outputTokens": 38, "toolCallCount": 2},
            {**MESSAGES, "inputTokens": 83, "outputTokens": 9, "toolCallCount": 0},
        )

    def test_other(self):
        """an image, count_tokens, models and a long stream"""
        client, call = self.open()
        image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": RED_PIXEL}}
        self.assertEqual(client.messages.create(**ask([image, {"type": "text", "text": "Describe this picture"}])).content[0].text, "One red pixel.")
        self.recorded(call, {**MESSAGES, "inputTokens": 270, "outputTokens": 5})
        fake, counted = self.open("fake")
        self.assertEqual(fake.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "Count me"}]).input_tokens, 1234)
        self.recorded(counted, {"provider": "anthropic", "type": "anthropic:countTokens", "requestedModel": MODEL})
        fake, _ = self.open("fake")
        self.assertEqual([model.id for model in fake.models.list(limit=5)], [MODEL])
        with fake.messages.stream(**ask("[fake:long]")) as stream:
            self.assertEqual(stream.get_final_text().count("word"), 2000)

    def test_errors(self):
        """400, 401, 429 and 503 are raised as the package's own types with the upstream's words"""
        kinds = {400: anthropic.BadRequestError, 401: anthropic.AuthenticationError, 429: anthropic.RateLimitError, 503: anthropic.InternalServerError}
        for status, kind in kinds.items():
            for side, text, words in [("mock", f"Fail with {status}", "mock"), ("fake", f"[fake:error-{status}]", "FakeProvider says")]:
                for stream in (False, True):
                    client, call = self.open(side)
                    error = self.raises(kind, lambda: client.messages.create(**ask(text, stream=stream)))
                    self.assertIn(words, error.body["error"]["message"])
                    self.recorded(call, {**MESSAGES, "stream": stream, "status": status, "outcome": "client_error" if status < 500 else "upstream_error"})

    def test_broken(self):
        """a stream that breaks off or carries an error event is raised"""
        for scenario in ("broken", "error-in-stream"):
            client, call = self.open("fake")
            stream = client.messages.create(**ask(f"[fake:{scenario}]", stream=True))
            self.raises(Exception, lambda: list(stream))
            self.recorded(call, {**MESSAGES, "stream": True, "outcome": "upstream_error"})

    def test_abort(self):
        """leaving a stream cancels the upstream and is logged"""
        client, call = self.open("fake")
        stream = client.messages.create(**ask("[fake:endless]", stream=True))
        for _ in zip(range(12), stream):
            pass
        stream.close()
        reached_upstream(call, lambda entries: entries and entries[0]["state"] == "cut off")
        self.recorded(call, {**MESSAGES, "stream": True, "inputTokens": 50, "outcome": "client_left"})

    def test_timeout(self):
        """a caller that gives up waiting cancels the upstream and is logged"""
        client, call = self.open("fake")
        self.raises(anthropic.APITimeoutError, lambda: client.with_options(timeout=0.5).messages.create(**ask("[fake:silent]")))
        reached_upstream(call, lambda entries: entries and entries[0]["state"] == "cut off")
        self.recorded(call, {**MESSAGES, "status": ANY_STATUS, "outcome": "client_left"})
