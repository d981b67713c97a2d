using System.Text.Json.Nodes;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>What the description says of bodies and queries is what is demanded of them, no more and no less.</summary>
[Trait("Covers", "EveryEndpoint")]
public sealed class DescribedLimitsTests(ApiFixture fixture) : ApiTest(fixture)
{
    private readonly List<string> _differences = [];
    private Contract _contract = null!;

    public override async Task InitializeAsync() => _contract = await Contract.At(Fixture.Address);

    [Fact]
    public async Task Of_bodies()
    {
        foreach (var operation in _contract.Operations.Where(operation => operation.Body is not null))
        {
            var schema = _contract.Resolve(operation.Body!);
            await Accepts(operation, "what is required", Sample.Valid);
            await Refuses(operation, "nobody", "an unknown field", body => body["nobody"] = 1);
            if (schema["minProperties"] is not null)
            {
                await Refuses(operation, "body", "nothing", body => body.Clear());
            }

            var required = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).ToList();
            foreach (var (name, field) in schema["properties"]!.AsObject())
            {
                await Of(operation, name, field!.AsObject(), required.Contains(name));
            }
        }

        Assert.Empty(_differences);
    }

    [Fact]
    public async Task Of_queries()
    {
        foreach (var operation in _contract.Operations.Where(operation => !operation.IsOff))
        {
            foreach (var parameter in operation.Parameters.Where(parameter => (string)parameter["in"]! == "query"))
            {
                var (name, schema) = ((string)parameter["name"]!, parameter["schema"]!.AsObject());
                if (schema["enum"] is JsonArray words)
                {
                    foreach (var word in words)
                    {
                        await Accepts(operation, $"{name}={word}", Sample.Valid, $"&{name}={word}");
                    }
                }
                else if (Sample.Kind(schema) == "integer")
                {
                    foreach (var (end, beyond) in new[] { ((int)schema["minimum"]!, -1), ((int)schema["maximum"]!, 1) })
                    {
                        await Accepts(operation, $"{name}={end}", Sample.Valid, $"&{name}={end}");
                        await Refuses(operation, name, $"{end + beyond}", Sample.Valid, $"&{name}={end + beyond}");
                    }
                }
                else if (schema["format"] is null && schema["minLength"] is null)
                {
                    continue;
                }

                await Refuses(operation, name, "nonsense", Sample.Valid, $"&{name}=nonsense");
            }
        }

        Assert.Empty(_differences);
    }

    private async Task Of(Operation operation, string name, JsonObject field, bool required)
    {
        if (required)
        {
            await Refuses(operation, name, "absence", body => body.Remove(name));
            await Refuses(operation, name, "null", body => body[name] = null);
        }

        if (Sample.Kind(field) is not "array")
        {
            await Refuses(operation, name, "an object", body => body[name] = new JsonObject());
        }

        if (field["enum"] is JsonArray words)
        {
            await Refuses(operation, name, "no word of these", body => body[name] = "nonsense");
            foreach (var word in words.Where(word => word is not null))
            {
                await Accepts(operation, $"{name} {word}", body => body[name] = word!.DeepClone());
            }
        }

        if (field["items"]?["enum"] is JsonArray known)
        {
            await Refuses(operation, name, "no word of these", body => body[name] = new JsonArray("nonsense"));
            await Accepts(operation, name, body => body[name] = known.DeepClone());
        }

        if (field["pattern"] is not null)
        {
            await Refuses(operation, name, "nonsense", body => body[name] = "nonsense");
        }

        // A body of a megabyte is refused as such.
        if ((int?)field["maxLength"] is { } max and < 10_000)
        {
            await Refuses(operation, name, "a text too long", body => body[name] = new string('x', max + 1));
            if (field["format"] is null)
            {
                await Accepts(operation, $"{name} of {max}", body => body[name] = new string('x', max));
            }
        }

        if ((int?)field["minLength"] is { } min and > 0)
        {
            await Refuses(operation, name, "a text too short", body => body[name] = new string('x', min - 1));
        }

        if ((int?)field["minimum"] is { } lowest && required)
        {
            await Refuses(operation, name, "a number too low", body => body[name] = lowest - 1);
            await Accepts(operation, $"{name} of {lowest}", body => body[name] = lowest);
        }

        if (field["exclusiveMinimum"] is not null)
        {
            await Refuses(operation, name, "a number too low", body => body[name] = (int)field["exclusiveMinimum"]!);
            await Refuses(operation, name, "a number too fine", body => body[name] = (decimal)field["multipleOf"]! / 10);
            await Accepts(operation, $"{name} of the finest", body => body[name] = (decimal)field["multipleOf"]!);
        }
    }

    private async Task Accepts(Operation operation, string what, Action<JsonObject> change, string query = "")
    {
        var response = await new Sample(_contract).Send(operation, Fixture.Anonymous(), change, query);
        if (response.Status == 400)
        {
            _differences.Add($"{operation.Id} should accept {what}: {response.Text}");
        }
    }

    /// <summary>Nobody in particular asks: a body is checked before anything else.</summary>
    private async Task Refuses(Operation operation, string field, string what, Action<JsonObject> change, string query = "")
    {
        var response = await new Sample(_contract).Send(operation, Fixture.Anonymous(), change, query);
        if (response.Status != 400 || !response.ErrorFields.Contains(field))
        {
            _differences.Add($"{operation.Id} should refuse {what} as {field}: {response.Status} {response.Text}");
        }
    }
}
