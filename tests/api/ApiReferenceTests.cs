using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>
/// The API's description says everything that a client must know, of every route. That it is true,
/// every other test says, too: <see cref="Person"/> compares each answer with it.
/// </summary>
[Trait("Covers", "EveryEndpoint")]
[Collection(EndpointApi.Name)]
public sealed partial class ApiReferenceTests(ApiFixture fixture) : ApiTest(fixture)
{
    /// <summary>Problems of no operation: unknown paths and broken requests.</summary>
    private static readonly string[] OfNoOperation = ["method_not_allowed", "request_failed"];

    private Contract _contract = null!;

    public override async Task InitializeAsync() => _contract = await Contract.At(Fixture.Address);

    [Fact]
    public async Task Is_OpenAPI_3_1_for_everybody()
    {
        var answer = (await Fixture.Anonymous().Get("/openapi/v1.json")).Is(200);
        Assert.StartsWith("3.1.", answer.Body["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("application/json", answer.MediaType);
        Assert.Equal(answer.Text, (await (await Fixture.SignUp("ana")).Get("/openapi/v1.json")).Text);
    }

    [Fact]
    public void Holds_every_route_under_its_name()
    {
        var routes = Fixture.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [],
                (route, method) => $"{method} /{route.RoutePattern.RawText!.Trim('/')} {route.Metadata.GetMetadata<EndpointNameMetadata>()?.EndpointName}")
            // HEAD goes with GET, and is described once for all; pages for people are no operations.
            .Where(route => !route.StartsWith("HEAD ", StringComparison.Ordinal)
                && !((string[])[" /openapi/", " /docs", " page"]).Any(page => route.Contains(page, StringComparison.Ordinal)));
        Assert.Equal(routes.Order(), _contract.Operations.Select(operation => $"{operation.Method} {operation.Path} {operation.Id}").Order());
    }

    [Fact]
    public void Says_what_each_operation_does_takes_and_answers()
    {
        var tags = _contract.Document["tags"]!.AsArray().ToDictionary(tag => (string)tag!["name"]!, tag => tag!["description"]);
        var silent = new List<string>();
        foreach (var operation in _contract.Operations)
        {
            Expect(operation.Description["summary"], "a summary");
            Expect(tags.GetValueOrDefault((string)operation.Description["tags"]!.AsArray().Single()!), "a described tag");
            foreach (var parameter in operation.Parameters)
            {
                Expect(parameter["description"], $"words about {parameter["name"]}");
                Expect(parameter["schema"]?["type"], $"a type of {parameter["name"]}");
            }

            Expect(operation.Responses.FirstOrDefault(response => response.Key[0] is '2' or '3').Key, "a success");
            foreach (var (status, response) in operation.Responses)
            {
                var described = _contract.Resolve(response!);
                Expect(described["description"], $"words about {status}");
                Expect(status is "202" or "204" or "302" or "304" || described["content"]!.AsObject().All(body => body.Value!["schema"] is not null)
                    ? "" : null, $"a body of {status}");
                foreach (var (name, header) in described["headers"]?.AsObject() ?? [])
                {
                    Expect(header!["description"], $"words about {name}");
                    Expect(header["schema"]?["type"], $"a type of {name}");
                }
            }

            void Expect(object? words, string what)
            {
                if (words is null)
                {
                    silent.Add($"{operation.Id} needs {what}");
                }
            }
        }

        Assert.Empty(silent);
    }

    [Fact]
    public void Says_what_each_field_is() =>
        Assert.Empty(
            from schema in _contract.Document["components"]!["schemas"]!.AsObject()
            from field in schema.Value!["properties"]!.AsObject()
            where field.Value!["description"] is null || (field.Value["type"] ?? field.Value["$ref"] ?? field.Value["oneOf"]) is null
            select $"{schema.Key}.{field.Key}");

    [Fact]
    public void Knows_the_problems_that_the_API_knows()
    {
        var known = Codes().Matches((string)_contract.Document["components"]!["schemas"]!["Problem"]!["properties"]!["code"]!["description"]!)
            .Select(code => code.Groups[1].Value).ToList();
        var raised = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Api"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => MadeProblems().Matches(File.ReadAllText(file)).Select(made => made.Groups[1].Value)).ToHashSet();
        Assert.Equal(raised.Order(), known.Order());

        var answered = _contract.Document["components"]!["responses"]!.AsObject()
            .SelectMany(response => response.Value!["content"]!["application/problem+json"]!["schema"]!["allOf"]![1]!["properties"]!["code"]!["enum"]!.AsArray())
            .Select(code => (string)code!).ToHashSet();
        Assert.Equal(known.Except(OfNoOperation).Order(), answered.Order());
    }

    [Fact]
    public async Task Says_where_a_token_is_needed()
    {
        foreach (var operation in _contract.Operations.Where(operation => !operation.IsOpen && !operation.IsOff))
        {
            var answer = await new Sample(_contract).Send(operation, Fixture.Anonymous(), Sample.Valid);
            Assert.True(answer.Status is 401, $"{operation.Id} without a token: {answer.Status} {answer.Text}");
        }
    }

    [Fact]
    public async Task The_page_for_people_is_of_this_host_alone()
    {
        using var http = new HttpClient { BaseAddress = Fixture.Address };
        using var page = await http.GetAsync("/docs");
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("://", html, StringComparison.Ordinal);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self' 'nonce-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        foreach (Match script in Scripts().Matches(html))
        {
            using var file = await http.GetAsync(new Uri(page.RequestMessage!.RequestUri!, script.Groups[1].Value));
            Assert.Equal(200, (int)file.StatusCode);
        }

        Assert.NotEmpty(Scripts().Matches(html));
    }

    [GeneratedRegex("^- `([a-z_]+)`", RegexOptions.Multiline)]
    private static partial Regex Codes();

    /// <summary>How code makes a problem: its status, and then its code.</summary>
    [GeneratedRegex("new(?: Problem)?\\((?:\\d{3}|status), \"([a-z_]+)\"")]
    private static partial Regex MadeProblems();

    [GeneratedRegex("<script[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Scripts();
}
