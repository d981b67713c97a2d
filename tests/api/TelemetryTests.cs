using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using RlsChat.Api.Data;
using RlsChat.Api.Telemetry;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.Live;

namespace RlsChat.Tests.Api;

/// <summary>Metrics and spans for operators hold figures and names, and no data of people.</summary>
[Collection(LoneApi.Name)]
public sealed class TelemetryTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string Token = "scrape-me-0123456789";

    [Fact]
    public async Task Operations_are_counted_by_outcome()
    {
        await using var api = await Open();
        var (ana, ben) = (await Fixture.SignUp("ana", api), await Fixture.SignUp("ben", api));
        var chat = await ana.Begin("hush", "public");
        (await ana.Get($"/chats/{chat}")).Is(200);
        (await ana.Get($"/chats/{Guid.NewGuid()}")).Is(404);
        (await ben.Patch($"/chats/{chat}", new { title = "hush" })).Is(403);
        (await ben.Post("/chats", new { title = "hush", organizationId = Guid.NewGuid() })).Is(403);
        (await ana.Post("/chats", new { id = chat, title = "hush" })).Is(409);
        (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        (await ana.Get($"/chats/{chat}")).Is(401, "session_ended");

        var metrics = await Scrape(api);
        Assert.Equal(1, metrics.Count("chats.get", "yes"));
        Assert.Equal(1, metrics.Count("chats.get", "hidden"));
        Assert.Equal(1, metrics.Count("chats.get", "ended"));
        Assert.Equal(1, metrics.Count("chats.update", "denied"));
        Assert.Equal(1, metrics.Count("chats.create", "denied"));
        Assert.Equal(1, metrics.Count("chats.create", "refused"));
        Assert.Equal(2, metrics.Value("""rlschat_denials_total{.*target="Chat".*}"""));
        Assert.Equal(2, metrics.Value("""http_server_request_duration_seconds_count{.*http_response_status_code="403".*}""", sum: true));
    }

    [Fact]
    public async Task No_metric_names_a_person_or_what_people_wrote()
    {
        await using var api = await Open();
        var ana = await Fixture.SignUp("ana", api);
        var chat = await ana.Begin("hush");
        await ana.Say(chat, "hush");
        (await ana.Get($"/chats/{chat}/messages?limit=7")).Is(200);
        (await ana.Get("/hush/hush?hush=hush")).Is(404);
        var metrics = await Scrape(api);
        foreach (var secret in new[] { "hush", ana.Email, ana.Id.ToString(), chat.ToString(), "example.org", "Password", "rlschat_api", "Application Name=rlschat-api" })
        {
            Assert.DoesNotContain(secret, metrics.Text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task The_pools_tell_what_is_used_and_what_waits()
    {
        await using var api = await Open();
        var ana = await Fixture.SignUp("ana", api);
        (await ana.Get("/chats")).Is(200);
        (await ana.Get("/monitor/pool")).Is(403);
        var metrics = await Scrape(api);
        foreach (var pool in new[] { "regular_user", "sign_in", "monitor" })
        {
            Assert.True(metrics.Value($$"""db_client_connection_count{.*db_client_connection_pool_name="{{pool}}".*}""", sum: true) >= 1, pool);
        }

        Assert.True(metrics.Value("""db_client_operation_duration_seconds_count{.*regular_user.*}""", sum: true) >= 1);
        Assert.Contains("db_client_connection_max", metrics.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_metric_that_the_page_names_is_there()
    {
        await using var api = await Open();
        var (ana, ben) = (await Fixture.SignUp("ana", api), await Fixture.SignUp("ben", api));
        var chat = await ana.Begin("hush", "public");
        (await ben.Patch($"/chats/{chat}", new { title = "hush" })).Is(403);
        await using (var follower = await Follower.Of(ana, ApiFixture.AddressOf(api), "/me/events"))
        {
            await follower.Hears("message.created", await ana.Say(chat));
        }

        await api.Services.GetRequiredService<Gauges>().Refresh(default);
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "operating.md"));
        var table = page.Split("| metric |")[1].Split("\n\n")[0];
        var names = Regex.Matches(table, "`((?:http_server|rlschat|db_client)_[a-z_]+)").Select(match => match.Groups[1].Value).ToHashSet();
        Assert.Equal(17, names.Count);
        // No request has waited, and no standby answers.
        names.Remove("db_client_connection_npgsql_pending_requests");
        names.ExceptWith(["rlschat_standby_reads_total", "rlschat_standby_lag_seconds"]);
        var text = (await Scrape(api)).Text;
        Assert.All(names, name => Assert.Contains(name, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Figures_of_the_database_are_measured()
    {
        await Fixture.Empty();
        await using var api = await Open();
        var (ana, _) = (await Fixture.SignUp("ana", api), await Fixture.SignUp("ben", api));
        await api.Services.GetRequiredService<Gauges>().Refresh(default);
        var metrics = await Scrape(api);
        Assert.Equal(2, metrics.Value("rlschat_sessions{.*}"));
        Assert.Equal(0, metrics.Value("rlschat_migrations_pending{.*}"));
        Assert.True(metrics.Value("rlschat_postgres_version{.*}") >= 150000);
        Assert.True(metrics.Value("rlschat_outbox_events{.*}") >= 0);
        (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        await api.Services.GetRequiredService<Gauges>().Refresh(default);
        // A scrape is good for some tenths of a second.
        await Wait.Until(async () => (await Scrape(api)).Value("rlschat_sessions{.*}", sum: true) == 1);
    }

    [Fact]
    public async Task Metrics_need_the_token()
    {
        await using var api = await Open();
        var ana = await Fixture.SignUp("ana", api);
        (await ana.Get("/metrics")).Is(401, "unauthenticated");
        (await new Person("anonymous", ApiFixture.AddressOf(api)).Get("/metrics")).Is(401, "unauthenticated");
        (await Fixture.Anonymous().Get("/metrics")).Is(404, "not_found");
    }

    [Fact]
    public async Task A_request_is_a_span_with_its_round_trips_in_it_and_no_parameter()
    {
        var spans = new Kept();
        await using var api = ApiFixture.Build(Fixture.Database,
            adjust: builder => builder.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddProcessor(spans)),
            settings: $"--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{FreePort()}");
        await api.StartAsync();
        var ana = await Fixture.SignUp("ana", api);
        var chat = await ana.Begin("hush");
        var answer = (await ana.Get($"/chats/{Guid.NewGuid()}")).Is(404);
        (await ana.Get($"/chats/{chat}?q=hush")).Is(400);
        (await ana.Patch($"/chats/{chat}", new { title = "hush" })).Is(200);
        var trace = answer.Body["traceId"]!.GetValue<string>();
        // A span ends after its answer: others may come until now.
        await Wait.Until(() => Task.FromResult(spans.All.Count(span => span.DisplayName.EndsWith("/chats/{id}", StringComparison.Ordinal)) == 3));
        var ours = spans.All.Where(span => span.TraceId.ToHexString() == trace).ToList();
        var request = Assert.Single(ours, span => span.Kind == ActivityKind.Server);
        Assert.Equal("GET /chats/{id}", request.DisplayName);
        Assert.Equal(404, request.GetTagItem("http.response.status_code"));
        // The second verified the session, as nothing was found.
        Assert.Equal([request.SpanId, request.SpanId], ours.Where(span => span.Kind == ActivityKind.Client).Select(span => span.ParentSpanId));
        foreach (var tag in spans.All.SelectMany(span => span.TagObjects))
        {
            Assert.DoesNotContain("hush", $"{tag.Value}", StringComparison.Ordinal);
            Assert.DoesNotContain(ana.Id.ToString(), $"{tag.Value}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Telemetry_is_sent_to_the_configured_endpoint()
    {
        using var collector = new HttpListener();
        var port = FreePort();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var api = ApiFixture.Build(Fixture.Database, settings:
        [
            $"--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{port}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        ]);
        await api.StartAsync();
        await Fixture.SignUp("ana", api);
        // The rest is sent at the end.
        var ending = Task.Run(async () => await api.DisposeAsync());
        var paths = new HashSet<string>();
        while (paths.Count < 2)
        {
            var context = await collector.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(20));
            paths.Add(context.Request.Url!.AbsolutePath);
            await context.Request.InputStream.CopyToAsync(Stream.Null);
            context.Response.Close();
        }

        Assert.Equal(["/v1/metrics", "/v1/traces"], paths.Order());
        collector.Stop();
        await ending;
    }

    [Theory]
    [InlineData("""insert into public."Chat" ("id") values ($1)""", "Chat")]
    [InlineData("""with changed as (update public."Message" set "a" = 1) select exists (select from public."Chat")""", "Message")]
    [InlineData("""select public.remove_member($2) from public."Organization" """, "remove_member")]
    [InlineData("""delete from public.accounts where true""", "accounts")]
    [InlineData("""select "id" from public."Document" """, "Document")]
    [InlineData("select 1", "other")]
    public void A_denial_is_counted_under_what_the_statement_is_about(string sql, string target) =>
        Assert.Equal(target, DatabaseMetrics.Target(sql));

    private sealed class Kept : BaseProcessor<Activity>
    {
        public ConcurrentBag<Activity> All { get; } = [];

        public override void OnEnd(Activity data) => All.Add(data);
    }

    private sealed record Metrics(string Text)
    {
        public double Count(string operation, string outcome) => Value(
            $$"""rlschat_database_operation_duration_seconds_count{.*operation="{{operation}}",outcome="{{outcome}}".*}""");

        /// <summary>The value of the line with that name and those labels, or the sum of them all.</summary>
        public double Value(string pattern, bool sum = false)
        {
            var found = Text.Split('\n')
                .Select(line => Regex.Match(line, $"^{pattern.Replace("{", "\\{").Replace("}", "\\}")} ([0-9.eE+-]+)"))
                .Where(match => match.Success)
                .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
            return sum ? found.Sum() : Assert.Single(found);
        }
    }

    private Task<WebApplication> Open() => Fixture.Open($"--METRICS_TOKEN={Token}");

    private static async Task<Metrics> Scrape(WebApplication api)
    {
        using var http = new HttpClient { BaseAddress = ApiFixture.AddressOf(api) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        return new Metrics(await http.GetStringAsync("/metrics"));
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
