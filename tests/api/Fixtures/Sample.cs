using System.Text;
using System.Text.Json.Nodes;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>Requests that are made of the API's description alone.</summary>
internal sealed class Sample(Contract contract)
{
    /// <summary>Changes nothing about a body that is as described.</summary>
    public static readonly Action<JsonObject> Valid = _ => { };

    /// <summary>Asks an operation, with a body that holds all that is required, and then is changed.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="person">Who asks.</param>
    /// <param name="change">Changes the body.</param>
    /// <param name="query">Parameters of the query; required ones are added.</param>
    /// <param name="path">The path; without it, ids are random.</param>
    /// <param name="key">The Idempotency-Key, or null.</param>
    public Task<Response> Send(
        Operation operation, Person person, Action<JsonObject> change, string query = "", string? path = null, string? key = null)
    {
        path ??= string.Join('/', operation.Parts.Select(part => !part.StartsWith('{') ? part
            : Text(operation.Parameters.Single(parameter => (string)parameter["name"]! == part.Trim('{', '}'))["schema"]!.AsObject())));
        foreach (var parameter in operation.Parameters.Where(parameter => (string)parameter["in"]! == "query" && parameter["required"] is not null
            && !query.Contains($"{parameter["name"]}=", StringComparison.Ordinal)))
        {
            query += $"&{parameter["name"]}={Text(parameter["schema"]!.AsObject())}";
        }

        var address = query.Length == 0 ? path : $"{path}?{query.TrimStart('&')}";
        if (operation.Body is null)
        {
            return person.Send(new HttpMethod(operation.Method), address);
        }

        var body = new JsonObject();
        var schema = contract.Resolve(operation.Body);
        var required = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).ToList();
        foreach (var (name, field) in schema["properties"]!.AsObject().Where(field =>
            required.Count == 0 || required.Contains(field.Key)).Take(required.Count == 0 ? 1 : int.MaxValue))
        {
            body[name] = Value(field!.AsObject());
        }

        change(body);
        return person.Send(
            new HttpMethod(operation.Method), address, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
            key is null ? [] : [("Idempotency-Key", key)]);
    }

    private static JsonNode Value(JsonObject schema) => Kind(schema) switch
    {
        "array" => new JsonArray(),
        "number" or "integer" => 1,
        "boolean" => true,
        _ => Text(schema),
    };

    /// <summary>A type other than null.</summary>
    public static string Kind(JsonObject schema) => schema["type"] is JsonArray several
        ? several.Select(type => (string)type!).First(type => type != "null")
        : (string)schema["type"]!;

    private static string Text(JsonObject schema) => schema switch
    {
        _ when schema["enum"] is JsonArray words => (string)words[0]!,
        _ when Kind(schema) == "integer" => "1",
        _ when (string?)schema["format"] == "uuid" => Guid.NewGuid().ToString(),
        _ when (string?)schema["format"] == "date-time" => (string)schema["examples"]![0]!,
        _ when (string?)schema["format"] == "email" => "sample@example.org",
        _ when schema["pattern"] is not null => new string('A', 43),
        _ => new string('x', Math.Max(1, (int?)schema["minLength"] ?? 1)),
    };
}
