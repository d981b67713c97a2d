using System.Buffers;
using System.Text;
using Npgsql;
using RlsChat.Api.Telemetry;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>One line a database operation, and never what was asked with it.</summary>
public sealed class LogTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task An_operation_is_one_line_of_json()
    {
        var ana = await Fixture.SignUp("ana");
        Fixture.Log.Clear();
        (await ana.Get("/chats")).Is(200);
        var line = Assert.Single(Fixture.Log.Operations);
        Assert.Equal(
            ["timestamp", "service", "level", "operation", "duration", "success", "userId", "environment", "traceId"],
            line.AsObject().Select(field => field.Key));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line["timestamp"]!.GetValue<string>());
        Assert.Equal("database", line["service"]!.GetValue<string>());
        Assert.Equal("chats.list", line["operation"]!.GetValue<string>());
        Assert.InRange(line["duration"]!.GetValue<double>(), 0.001, 10_000);
        Assert.True(line["success"]!.GetValue<bool>());
        Assert.Equal(ana.Id, line["userId"]!.GetValue<Guid>());
        Assert.Equal("Production", line["environment"]!.GetValue<string>());
        Assert.Matches("^[0-9a-f]{32}$", line["traceId"]!.GetValue<string>());
        Assert.DoesNotContain('\n', Assert.Single(Fixture.Log.All).TrimEnd('\n'));
    }

    [Fact]
    public async Task All_lines_are_written_whole_before_the_end()
    {
        using var output = new MemoryStream();
        using (var writer = new LogWriter(output))
        {
            await Parallel.ForAsync(0, 50_000, (i, _) =>
            {
                var line = new LogLine();
                line.Write(Encoding.UTF8.GetBytes($"{i} {new string('x', i % 2_000)}\n"));
                writer.Write(line);
                return ValueTask.CompletedTask;
            });
        }

        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            Enumerable.Range(0, 50_000).Select(i => $"{i} {new string('x', i % 2_000)}").Order(StringComparer.Ordinal),
            lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_a_reader_of_the_log_nothing_waits()
    {
        var output = new MemoryStream();
        output.Dispose();
        using var writer = new LogWriter(output);
        for (var i = 0; i < 100_000; i++)
        {
            writer.Write(new LogLine());
        }
    }

    [Fact]
    public async Task A_refusal_has_the_trace_id_of_its_answer()
    {
        var nobody = Fixture.Anonymous();
        Fixture.Log.Clear();
        var response = (await nobody.Post("/chats", new { title = "nobody's" })).Is(401);
        var line = Assert.Single(Fixture.Log.Operations);
        Assert.False(line["success"]!.GetValue<bool>());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, line["sqlState"]!.GetValue<string>());
        Assert.Null(line["userId"]);
        Assert.Equal(response.Body["traceId"]!.GetValue<string>(), line["traceId"]!.GetValue<string>());
    }

    [Fact]
    public async Task No_line_holds_what_was_sent()
    {
        Fixture.Log.Clear();
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin("a very secret title");
        await ana.Say(chat, "a very secret message");
        await ana.Post("/auth/login", new { email = ana.Email, password = "a very secret guess" });
        await ana.Post("/chats", new { id = chat, title = "a very secret title" });
        await ana.Get($"/chats/{Guid.NewGuid()}");
        var refresh = ana.RefreshToken;
        ana.Take(await ana.Post("/auth/refresh", new { refreshToken = refresh }));
        await ana.Post("/auth/refresh", new { refreshToken = refresh });
        var log = string.Concat(Fixture.Log.All);
        Assert.Contains("auth.refresh", log, StringComparison.Ordinal);
        foreach (var secret in new[]
        {
            "very secret", ana.Email, Person.Password, refresh, ana.RefreshToken, ana.AccessToken, Claims.SessionOf(ana.AccessToken), chat.ToString(),
        })
        {
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
        }
    }
}
