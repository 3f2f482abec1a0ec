import base64

from google import genai
from google.genai import errors, types

from harness import ANY_STATUS, RED_PIXEL, WEATHER_SCHEMA, Call, SdkTest, reached_upstream

MODEL = "gemini-3.8-flash"
GENERATE = {"provider": "gemini", "type": "gemini:generateContent", "model": MODEL, "requestedModel": MODEL}
FAKE = {"inputTokens": 50, "cacheReadTokens": 40, "outputTokens": 30}
TOOLS = types.GenerateContentConfig(
    tools=[types.Tool(function_declarations=[types.FunctionDeclaration(name="get_weather", description="Weather of a city", parameters_json_schema=WEATHER_SCHEMA)])],
    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
)


class GeminiTest(SdkTest):
    group = "google-genai"

    def open(self, side="mock", **options):
        """The independent mock speaks /v1beta only; the package's own default, /v1, goes to FakeProvider."""
        call = Call(side)
        version = {"api_version": "v1beta"} if side == "mock" else {}
        http = types.HttpOptions(base_url=call.urls["gemini"], headers=call.headers, **{"timeout": 30_000, **version, **options})
        client = genai.Client(api_key="AIza-client-key", http_options=http)
        self.addCleanup(client.close)
        return client, call

    def test_generate(self):
        """an answer comes back whole and streamed, logged with the tokens of its usage"""
        client, call = self.open()
        self.assertEqual(client.models.generate_content(model=MODEL, contents="Say hello").text, "Hello from the mock upstream.")
        chunks = list(client.models.generate_content_stream(model=MODEL, contents="Say hello"))
        self.assertEqual("".join(chunk.text or "" for chunk in chunks), "Hello from the mock upstream.")
        hello = {**GENERATE, "inputTokens": 21, "outputTokens": 7}
        self.recorded(call, hello, {**hello, "stream": True})

    def test_default_version(self):
        """the default paths work, with cached and thinking tokens counted"""
        client, call = self.open("fake")
        self.assertEqual(client.models.generate_content(model=MODEL, contents="Hello").text, "FakeProvider answers.")
        self.assertEqual(list(client.models.generate_content_stream(model=MODEL, contents="Hello"))[-1].text, "FakeProvider answers.")
        self.assertEqual([entry["path"] for entry in reached_upstream(call)], [f"/v1/models/{MODEL}:generateContent", f"/v1/models/{MODEL}:streamGenerateContent"])
        self.recorded(call, {**GENERATE, **FAKE}, {**GENERATE, **FAKE, "stream": True})

    def test_tools(self):
        """a tool call, parallel streamed tool calls and a tool result turn"""
        client, call = self.open()
        answer = client.models.generate_content(model=MODEL, contents="Weather in Paris", config=TOOLS)
        self.assertEqual(answer.function_calls[0].args, {"city": "Paris"})
        chunks = list(client.models.generate_content_stream(model=MODEL, contents="Weather in Paris and Rome", config=TOOLS))
        self.assertEqual([tool.args["city"] for chunk in chunks for tool in chunk.function_calls or []], ["Paris", "Rome"])
        result = types.Content(role="user", parts=[types.Part.from_function_response(name="get_weather", response={"output": "19 degrees"})])
        question = types.Content(role="user", parts=[types.Part.from_text(text="Weather in Paris")])
        turn = client.models.generate_content(model=MODEL, contents=[question, answer.candidates[0].content, result], config=TOOLS)
        self.assertEqual(turn.text, "Paris has 19 degrees.")
        self.recorded(
            call,
            {**GENERATE, "inputTokens": 58, "outputTokens": 17, "toolCallCount": 1},
            {**GENERATE, "stream": True, "inputTokens": 64, "outputTokens": 38, "toolCallCount": 2},
            {**GENERATE, "inputTokens": 83, "outputTokens": 9, "toolCallCount": 0},
        )

    def test_other(self):
        """an image, countTokens, embeddings, models and a long stream"""
        client, call = self.open()
        image = types.Part.from_bytes(data=base64.b64decode(RED_PIXEL), mime_type="image/png")
        self.assertEqual(client.models.generate_content(model=MODEL, contents=["Describe this picture", image]).text, "One red pixel.")
        self.recorded(call, {**GENERATE, "inputTokens": 270, "outputTokens": 5})
        fake, counted = self.open("fake")
        self.assertEqual(fake.models.count_tokens(model=MODEL, contents="Count me").total_tokens, 1234)
        self.recorded(counted, {"provider": "gemini", "type": "gemini:countTokens", "requestedModel": MODEL})
        fake, _ = self.open("fake")
        self.assertEqual(fake.models.embed_content(model="gemini-embedding-001", contents=["Embed this"]).embeddings[0].values, [0.25, -0.5, 0.125])
        self.assertEqual([model.name for model in fake.models.list()], [f"models/{MODEL}"])
        chunks = fake.models.generate_content_stream(model=MODEL, contents="[fake:long]")
        self.assertEqual(sum(1 for chunk in chunks if (chunk.text or "").startswith("word")), 2000)

    def test_errors(self):
        """400, 401, 429 and 503 are raised as the package's own types with the upstream's words"""
        for status, kind in {400: errors.ClientError, 401: errors.ClientError, 429: errors.ClientError, 503: errors.ServerError}.items():
            for side, text, words in [("mock", f"Fail with {status}", "mock"), ("fake", f"[fake:error-{status}]", "FakeProvider says")]:
                for stream in (False, True):
                    client, call = self.open(side)
                    ask = client.models.generate_content_stream if stream else client.models.generate_content
                    error = self.raises(kind, lambda: list(ask(model=MODEL, contents=text)))
                    self.assertEqual(error.code, status)
                    self.assertIn(words, error.message)
                    self.recorded(call, {**GENERATE, "stream": stream, "status": status, "outcome": "client_error" if status < 500 else "upstream_error"})

    def test_broken(self):
        """a stream that breaks off or carries an error event is raised"""
        for scenario in ("broken", "error-in-stream"):
            client, call = self.open("fake")
            self.raises(Exception, lambda: list(client.models.generate_content_stream(model=MODEL, contents=f"[fake:{scenario}]")))
            self.recorded(call, {**GENERATE, "stream": True, "outcome": "upstream_error"})

    def test_abort(self):
        """leaving a stream cancels the upstream and is logged"""
        client, call = self.open("fake")
        stream = client.models.generate_content_stream(model=MODEL, contents="[fake:endless]")
        for _ in zip(range(5), stream):
            pass
        stream.close()
        client.close()
        reached_upstream(call, lambda entries: entries and entries[0]["state"] == "cut off")
        self.recorded(call, {**GENERATE, "stream": True, "outcome": "client_left"})

    def test_timeout(self):
        """a caller that gives up waiting cancels the upstream and is logged"""
        client, call = self.open("fake", timeout=500)
        self.raises(Exception, lambda: client.models.generate_content(model=MODEL, contents="[fake:silent]"))
        reached_upstream(call, lambda entries: entries and entries[0]["state"] == "cut off")
        self.recorded(call, {**GENERATE, "status": ANY_STATUS, "outcome": "client_left"})
