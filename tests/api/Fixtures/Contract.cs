using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>The API's description of itself, and whether what it answers is as described.</summary>
internal sealed class Contract(JsonObject document)
{
    private static readonly HttpClient Http = new();
    private static volatile Task<Contract>? _known;

    public JsonObject Document => document;

    /// <summary>All of them, read once: every answer of every test is looked up here.</summary>
    public IReadOnlyList<Operation> Operations { get; } =
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select new Operation(operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject()),
    ];

    /// <summary>The description that the API has at that address; it is the same in all of them.</summary>
    public static async Task<Contract> At(Uri address)
    {
        if (_known is not { IsCompletedSuccessfully: true } known)
        {
            _known = known = Read(address);
        }

        return await known;
    }

    /// <summary>Fails where an answer of the API is not one that its description knows.</summary>
    public void Check(HttpRequestMessage request, HttpResponseMessage response, string text)
    {
        if (Find(request.Method.Method, request.RequestUri!.AbsolutePath) is not { } operation)
        {
            return;
        }

        var (status, question) = (((int)response.StatusCode).ToString(), $"{request.Method} {request.RequestUri}");
        Assert.True(operation.Responses.TryGetPropertyValue(status, out var described),
            $"{question}: the description of {operation.Id} knows no {status}: {text}");
        var expected = Resolve(described!);
        foreach (var header in expected["headers"]?.AsObject() ?? [])
        {
            Assert.True(response.Headers.Contains(header.Key) || header.Value!["required"]?.GetValue<bool>() != true, $"{question}: {status} without {header.Key}");
        }

        if (expected["content"] is not JsonObject content)
        {
            Assert.True(text.Length == 0, $"{question}: {status} should have no body: {text}");
            return;
        }

        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        Assert.True(content.ContainsKey(type), $"{question}: {status} should not be {type}");
        if (type.EndsWith("json", StringComparison.Ordinal))
        {
            var wrong = new JsonShape(this).Faults(JsonNode.Parse(text), content[type]!["schema"]!).ToList();
            Assert.True(wrong.Count == 0, $"{question}: {status} is not as described: {string.Join("; ", wrong)} in {text}");
        }
    }

    /// <summary>The target of a reference, or the node itself.</summary>
    public JsonNode Resolve(JsonNode node) => node["$ref"]?.GetValue<string>() is { } reference
        ? reference.Split('/').Skip(1).Aggregate((JsonNode)document, (at, name) => at[name]!)
        : node;

    /// <summary>The operation that a path belongs to: literal parts before names in braces.</summary>
    private Operation? Find(string method, string path)
    {
        var parts = path.Split('/');
        return Operations
            .Where(operation => operation.Method == method && operation.Parts.Length == parts.Length
                && operation.Parts.Zip(parts).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second))
            .MinBy(operation => operation.Parts.Count(part => part.StartsWith('{')));
    }

    private static async Task<Contract> Read(Uri address) =>
        new((await Http.GetFromJsonAsync<JsonObject>(new Uri(address, "/openapi/v1.json")))!);
}

/// <summary>An operation as it is described.</summary>
internal sealed record Operation(string Method, string Path, JsonObject Description)
{
    public string[] Parts { get; } = Path.Split('/');
    public string? Id => Description["operationId"]?.GetValue<string>();
    public JsonObject Responses => Description["responses"]!.AsObject();
    public JsonObject[] Parameters => [.. (Description["parameters"]?.AsArray() ?? []).Select(parameter => parameter!.AsObject())];
    public JsonNode? Body => Description["requestBody"]?["content"]?["application/json"]?["schema"];

    /// <summary>Whether the shared API does without what it needs, GitHub or mail: it answers 404 then.</summary>
    public bool IsOff => Id!.StartsWith("auth.github", StringComparison.Ordinal)
        || Id is "auth.verify_email.request" or "auth.password.request";

    /// <summary>Whether its answer goes on: a live stream.</summary>
    public bool GoesOn => Responses["200"]?["content"]?["text/event-stream"] is not null;

    /// <summary>Whether it is answered without a token, too.</summary>
    public bool IsOpen => Description["security"]!.AsArray().Any(one => one!.AsObject().Count == 0);
}
