using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Proof.NonInterference;

namespace RlsChat.Tests.Api;

/// <summary>
/// Every operation demands what its description says of bodies, queries and paths, no more and no less. What it refuses
/// is refused by the name of the field and changes nothing, also for a person who may do everything to these rows.
/// </summary>
[Trait("Covers", "EveryEndpoint")]
[Collection(EndpointApi.Name)]
public sealed class DescribedLimitsTests(ApiFixture fixture) : ApiTest(fixture)
{
    private readonly List<string> _differences = [];
    private readonly List<Func<Task>> _accepted = [];
    private Contract _contract = null!;
    private Belongings _its = null!;
    private string _before = "";

    public override async Task InitializeAsync()
    {
        await Fixture.Empty();
        _contract = await Contract.At(Fixture.Address);
        _its = await Belongings.Of(Fixture, await Fixture.SignUp("ana"), organization: true);
        _before = await Fixture.Setup.Everything();
    }

    [Fact]
    public async Task Of_bodies()
    {
        foreach (var operation in _contract.Operations.Where(operation => operation.Body is not null))
        {
            var schema = _contract.Resolve(operation.Body!);
            Accepts(operation, "what is required", Sample.Valid);
            await Refuses(operation, "nobody", "an unknown field", body => body["nobody"] = 1);
            if (schema["minProperties"] is not null)
            {
                await Refuses(operation, "body", "nothing", body => body.Clear());
            }

            foreach (var text in new[] { "", "null", "[]", "hello", "{,}", "{" })
            {
                await Refused(operation, "body", text, (person, path) => person.SendRaw(new HttpMethod(operation.Method), path, text));
            }

            var required = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).ToList();
            foreach (var (name, field) in schema["properties"]!.AsObject())
            {
                await Of(operation, name, field!.AsObject(), required.Contains(name));
            }
        }

        await Conclude();
    }

    [Fact]
    public async Task Of_queries()
    {
        foreach (var operation in _contract.Operations.Where(operation => !operation.IsOff))
        {
            foreach (var parameter in operation.Parameters.Where(parameter => (string)parameter["in"]! == "query"))
            {
                var (name, schema) = ((string)parameter["name"]!, parameter["schema"]!.AsObject());
                string[] wrong = ["nonsense", ""];
                if (schema["enum"] is JsonArray words)
                {
                    foreach (var word in words)
                    {
                        Accepts(operation, $"{name}={word}", Sample.Valid, $"&{name}={word}");
                    }
                }
                else if (Sample.Kind(schema) == "integer")
                {
                    var (lowest, highest) = ((int)schema["minimum"]!, (int)schema["maximum"]!);
                    Accepts(operation, $"{name}={lowest}", Sample.Valid, $"&{name}={lowest}");
                    Accepts(operation, $"{name}={highest}", Sample.Valid, $"&{name}={highest}");
                    wrong = [.. wrong, $"{lowest - 1}", $"{highest + 1}", "-1", "1.5", "99999999999"];
                }
                else if (schema["format"] is null && schema["minLength"] is null)
                {
                    continue;
                }

                foreach (var value in wrong)
                {
                    await Refuses(operation, name, $"'{value}'", Sample.Valid, $"&{name}={value}");
                }
            }
        }

        await Conclude();
    }

    [Fact]
    public async Task Of_paths()
    {
        foreach (var operation in _contract.Operations.Where(operation => !operation.IsOff && operation.Path.Contains('{')))
        {
            foreach (var (part, at) in operation.Parts.Select((part, at) => (part.Trim('{', '}'), at)).Where(part => operation.Parts[part.at] != part.Item1))
            {
                var schema = operation.Parameters.Single(parameter => (string)parameter["name"]! == part)["schema"]!.AsObject();
                if (Sample.Kind(schema) == "integer" || (string?)schema["format"] == "uuid")
                {
                    await Refused(operation, part, "no id", (person, path) => new Sample(_contract).Send(operation, person, Sample.Valid,
                        path: string.Join('/', path.Split('/').Select((word, index) => index == at ? "not-an-id" : word))));
                }
            }
        }

        await Conclude();
    }

    private async Task Of(Operation operation, string name, JsonObject field, bool required)
    {
        if (required)
        {
            await Refuses(operation, name, "absence", body => body.Remove(name));
            await Refuses(operation, name, "null", body => body[name] = null);
        }

        foreach (var value in OtherKinds(Sample.Kind(field)))
        {
            await Refuses(operation, name, value, body => body[name] = JsonNode.Parse(value));
        }

        if (field["enum"] is JsonArray words)
        {
            await Refuses(operation, name, "no word of these", body => body[name] = "nonsense");
            await Refuses(operation, name, "a word in capitals", body => body[name] = $"{words[0]}".ToUpperInvariant());
            foreach (var word in words.Where(word => word is not null))
            {
                Accepts(operation, $"{name} {word}", body => body[name] = word!.DeepClone());
            }
        }
        else if (Sample.Kind(field) == "string" && field["pattern"] is null && field["format"] is null)
        {
            await Refuses(operation, name, "NUL", body => body[name] = "nul nul \0");
        }

        if (field["items"]?["enum"] is JsonArray known)
        {
            foreach (var value in new[] { """["nonsense"]""", "[null]", $"[\"{known[0]}\"]".ToUpperInvariant() })
            {
                await Refuses(operation, name, value, body => body[name] = JsonNode.Parse(value));
            }

            Accepts(operation, name, body => body[name] = known.DeepClone());
        }

        if (field["pattern"] is not null || field["format"] is not null)
        {
            await Refuses(operation, name, "nonsense", body => body[name] = "nonsense");
        }

        // A body of a megabyte is refused as such.
        if ((int?)field["maxLength"] is { } max and < 10_000)
        {
            await Refuses(operation, name, "a text too long", body => body[name] = new string('x', max + 1));
            if (field["format"] is null)
            {
                Accepts(operation, $"{name} of {max}", body => body[name] = new string('x', max));
            }
        }

        if ((int?)field["minLength"] is { } min and > 0)
        {
            await Refuses(operation, name, "a text too short", body => body[name] = new string('x', min - 1));
        }

        if ((int?)field["minimum"] is { } lowest && required)
        {
            await Refuses(operation, name, "a number too low", body => body[name] = lowest - 1);
            Accepts(operation, $"{name} of {lowest}", body => body[name] = lowest);
        }

        if (field["exclusiveMinimum"] is not null)
        {
            await Refuses(operation, name, "a number too low", body => body[name] = (int)field["exclusiveMinimum"]!);
            await Refuses(operation, name, "a number too fine", body => body[name] = (decimal)field["multipleOf"]! / 10);
            Accepts(operation, $"{name} of the finest", body => body[name] = (decimal)field["multipleOf"]!);
        }
    }

    /// <summary>JSON of every kind but that one.</summary>
    private static IEnumerable<string> OtherKinds(string kind) => new (string Kinds, string Json)[]
    {
        ("string", "\"1\""), ("boolean", "true"), ("array", "[]"), ("object", "{}"), ("number", "1.5"), ("number integer", "1"),
    }.Where(other => !other.Kinds.Split(' ').Contains(kind)).Select(other => other.Json);

    private void Accepts(Operation operation, string what, Action<JsonObject> change, string query = "") => _accepted.Add(async () =>
    {
        var response = await new Sample(_contract).Send(operation, Fixture.Anonymous(), change, query);
        if (response.Status == 400)
        {
            _differences.Add($"{operation.Id} should accept {what}: {response.Text}");
        }
    });

    private Task Refuses(Operation operation, string field, string what, Action<JsonObject> change, string query = "") =>
        Refused(operation, field, what, (person, path) => new Sample(_contract).Send(operation, person, change, query, path));

    /// <summary>Without a token as well, because the form is checked before anything else.</summary>
    private async Task Refused(Operation operation, string field, string what, Func<Person, string, Task<Response>> ask)
    {
        // A test does not have the ids of paths below /me.
        var path = operation.Path.Contains('{') && !operation.Path.StartsWith("/me/", StringComparison.Ordinal)
            ? _its.Resources.Paths(operation).First()
            : string.Join('/', operation.Parts.Select(part => part.StartsWith('{') ? "1" : part));
        foreach (var person in new[] { _its.Person, Fixture.Anonymous() })
        {
            var response = await ask(person, path);
            if (response.Status != 400 || !response.ErrorFields.Contains(field))
            {
                _differences.Add($"{operation.Id} by {person.Name} should refuse {what} as {field}: {response.Status} {response.Text}");
            }
        }
    }

    private async Task Conclude()
    {
        Assert.Empty(_differences);
        Assert.Equal(_before, await Fixture.Setup.Everything());
        foreach (var accept in _accepted)
        {
            await accept();
        }

        Assert.Empty(_differences);
    }
}
