using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.Live;
using RlsChat.Tests.Proof.NonInterference;

namespace RlsChat.Tests.Api;

/// <summary>Every route: HEAD responds as GET does without the body, and no query parameter is ignored.</summary>
[Trait("Covers", "EveryEndpoint")]
[Collection(EndpointApi.Name)]
public sealed partial class MannersTests(ApiFixture fixture) : ApiTest(fixture)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    [Fact]
    public async Task HEAD_answers_as_GET_without_a_body()
    {
        var (ana, nobody) = (await Fixture.SignUp("ana"), Fixture.Anonymous());
        var its = await Belongings.Of(Fixture, ana, organization: true);
        string[] described = [.. Asking.Paths(its).Values.SelectMany(paths => paths), .. Asking.Streams(its)];
        string[] others = [.. Routes("GET").Select(route => Path(route)).Where(path => path.StartsWith("/docs", StringComparison.Ordinal)
            || path.StartsWith("/openapi", StringComparison.Ordinal))];
        Assert.True(others.Length > 2);

        // Each as it is asked, in vain, ill, and about what is known already.
        foreach (var path in described.Concat(others).Append("/nowhere").Append("/metrics"))
        {
            await Same(ana, path);
            await Same(nobody, path);
            await Same(ana, $"{path}{(path.Contains('?') ? '&' : '?')}nobody=1");
            await Same(ana, path, "*");
        }
    }

    [Fact]
    public void Every_GET_takes_HEAD() =>
        Assert.Equal(Routes("GET").Select(route => route.RoutePattern.RawText), Routes("HEAD").Select(route => route.RoutePattern.RawText));

    [Fact]
    public async Task HEAD_of_a_live_stream_opens_none()
    {
        var ana = await Fixture.SignUp("ana");
        var (chat, subscriptions) = (await ana.Begin(), Fixture.App.Services.GetRequiredService<Subscriptions>());
        await using var follower = await Follower.Of(ana, Fixture.Address, "/me/events");
        var before = subscriptions.Count;
        for (var n = 0; n < 2 * Subscriptions.MaxOfPerson; n++)
        {
            (await ana.Send(HttpMethod.Head, $"/chats/{chat}/events")).Is(200);
        }

        Assert.Equal(before, subscriptions.Count);
        Assert.False(follower.IsOver);
    }

    [Fact]
    public async Task HEAD_of_a_live_stream_says_that_there_are_too_many()
    {
        var ana = await Fixture.SignUp("ana");
        var open = await Task.WhenAll(Enumerable.Range(0, Subscriptions.MaxOfPerson)
            .Select(_ => Follower.Open(ana, Fixture.Address, "/me/events")));
        Assert.Equal(429, (await ana.Send(HttpMethod.Head, "/me/events")).Status);
        foreach (var stream in open)
        {
            stream.Dispose();
        }
    }

    [Theory]
    [InlineData("PUT", "/chats", "GET, HEAD, POST")]
    [InlineData("GET", "/auth/login", "POST")]
    [InlineData("HEAD", "/auth/login", "POST")]
    [InlineData("POST", "/health/live", "GET, HEAD")]
    [InlineData("POST", "/auth/github/callback", "GET, HEAD")]
    public async Task A_405_lists_what_the_path_takes(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Fixture.Address, path));
        using var response = await Http.SendAsync(request);
        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow.Order()));
    }

    [Theory]
    [InlineData("/chats?scop=public", "scop", "is not known here; did you mean scope?")]
    [InlineData("/chats?scope=public&scpoe=mine", "scpoe", "is not known here; did you mean scope?")]
    [InlineData("/chats?Limt=1", "Limt", "is not known here; did you mean limit?")]
    [InlineData("/chats?%20limit=1", " limit", "is not known here; did you mean limit?")]
    [InlineData("/chats?limit[]=1", "limit[]", "is not known here; known are scope, limit, cursor")]
    [InlineData("/chats?offset=1", "offset", "is not known here; known are scope, limit, cursor")]
    [InlineData("/chats?offset", "offset", "is not known here; known are scope, limit, cursor")]
    [InlineData("/chats?=1", "", "is not known here; known are scope, limit, cursor")]
    [InlineData("/chats/{chat}?id={chat}", "id", "is not known here: this takes no query parameters")]
    [InlineData("/chats/{chat}/events?last_event_id=1", "last_event_id", "is not known here; did you mean lastEventId?")]
    [InlineData("/health/live?verbose", "verbose", "is not known here: this takes no query parameters")]
    [InlineData("/docs?theme=dark", "theme", "is not known here: this takes no query parameters")]
    [InlineData("/me?include=chatCount&include=chatCount", "include", "must be given once")]
    [InlineData("/me?include=chatCount&INCLUDE=chatCount", "INCLUDE", "must be given once")]
    [InlineData("/chats?limit=1&limit=1", "limit", "must be given once")]
    [InlineData("/auth/github?returnUrl=/a&returnUrl=/b", "returnUrl", "must be given once")]
    [InlineData("/chats/{chat}/events?lastEventId=1&lastEventId=1", "lastEventId", "must be given once")]
    public async Task An_unknown_query_parameter_is_named_with_the_nearest_known_one(string path, string name, string error)
    {
        var ana = await Fixture.SignUp("ana");
        var answer = await ana.Get(path.Replace("{chat}", $"{await ana.Begin()}", StringComparison.Ordinal));
        answer.Refuses(name);
        Assert.Equal(error, (string?)answer.Body["errors"]![name]![0]);
    }

    [Fact]
    public async Task Many_unknown_ones_are_told_a_few_at_a_time()
    {
        var answer = await Fixture.Anonymous().Get("/chats?" + string.Join('&', Enumerable.Range(0, 1000).Select(n => $"p{n}=")));
        answer.Is(400, "invalid_input");
        Assert.Equal(10, answer.ErrorFields.Length);
    }

    /// <summary>Whatever the case: as they are bound, so none is ignored.</summary>
    [Fact]
    public async Task The_case_of_a_name_does_not_matter()
    {
        var ana = await Fixture.SignUp("ana");
        (await ana.Get("/chats?LIMIT=0")).Refuses("limit");
        var chats = new[] { await ana.Begin(), await ana.Begin() };
        Assert.Equal(chats[1..], (await ana.Get("/chats?Limit=1&SCOPE=mine")).Is(200).Ids);
        Assert.Equal(2, (int)(await ana.Get("/me?Include=chatCount")).Is(200).Body["chatCount"]!);
    }

    [Fact]
    public async Task Every_route_refuses_what_it_does_not_read()
    {
        foreach (var route in Routes(null).Where(route => Name(route) is not "auth.github.callback"))
        {
            foreach (var method in route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Fixture.Address, Path(route) + "?nobody=1"));
                using var response = await Http.SendAsync(request);
                Assert.True((int)response.StatusCode == 400, $"{request}: {(int)response.StatusCode}");
                Assert.True(method == "HEAD" || (await response.Content.ReadAsStringAsync()).Contains("\"nobody\"", StringComparison.Ordinal), $"{request}");
            }
        }
    }

    /// <summary>Every route reads the described query parameters and no others.</summary>
    [Fact]
    public async Task Every_route_reads_what_is_described()
    {
        var contract = await Contract.At(Fixture.Address);
        foreach (var operation in contract.Operations.Where(operation => operation.Id != "auth.github.callback"))
        {
            var route = Routes(operation.Method).Single(route => Name(route) == operation.Id);
            Assert.Equal(
                operation.Parameters.Where(parameter => (string)parameter["in"]! == "query").Select(parameter => (string)parameter["name"]!).Order(),
                route.Metadata.GetRequiredMetadata<RlsChat.Api.Http.QueryNames>().Names.Order());
        }
    }

    private static async Task Same(Person person, string path, string? match = null)
    {
        var (get, head) = (await Ask("GET"), await Ask("HEAD"));
        Assert.True(get == head, $"{path} by {person.Name}\nGET:\n{get}\nHEAD:\n{head}");

        async Task<string> Ask(string method)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(person.Address, path));
            if (person.AccessToken.Length > 0)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", person.AccessToken);
            }

            if (match is not null)
            {
                request.Headers.TryAddWithoutValidation("If-None-Match", match);
            }

            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var headers = response.Headers.Concat(response.Content.Headers)
                // How a body is sent, and not what would be.
                .Where(header => header.Key is not ("Date" or "Transfer-Encoding"))
                .Select(header => $"{header.Key}: {(header.Key is "Server-Timing" ? "…" : Nonce().Replace(string.Join(", ", header.Value), ""))}")
                .Order(StringComparer.Ordinal).ToList();
            if (method == "HEAD")
            {
                Assert.Empty(await response.Content.ReadAsByteArrayAsync());
            }

            return $"{(int)response.StatusCode}\n{string.Join('\n', headers)}";
        }
    }

    /// <summary>The routes of that method, or all.</summary>
    private List<RouteEndpoint> Routes(string? method) => [.. Fixture.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(route => method is null || route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(method) == true)];

    private static string? Name(RouteEndpoint route) => route.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;

    /// <summary>An address of the route; of no row that there is.</summary>
    private static string Path(RouteEndpoint route) => "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => segment.Parts[0] switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart when segment.Parts.Count == 1 => ((Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart)segment.Parts[0]).Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { IsOptional: true } => "",
        _ => $"{Guid.NewGuid()}",
    }));

    [GeneratedRegex("'nonce-[^']*'|\"[0-9a-f]{32}\"")]
    private static partial Regex Nonce();
}
