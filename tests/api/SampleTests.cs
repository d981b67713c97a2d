using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using RlsChat.Database;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>The programs of samples/, run as a reader would, against the API of these tests.</summary>
[Collection(SampleApi.Name)]
public sealed class SampleTests(ApiFixture fixture) : ApiTest(fixture)
{
    private static readonly string Samples = Folder();
    private static bool _isInstalled, _isBuilt;

    [Theory]
    [InlineData("sh", "curl.sh")]
    [InlineData("dotnet", "run", "csharp/Program.cs")]
    public async Task A_sample_registers_begins_a_chat_says_something_and_votes(string program, params string[] arguments)
    {
        var lines = await Run(program, [.. arguments, Fixture.Address.ToString().TrimEnd('/')]);
        var (chat, message) = (After(lines, "chat "), After(lines, "message "));
        var votes = JsonNode.Parse(After(lines, "votes "))!["items"]!.AsArray();
        var vote = Assert.Single(votes)!;
        Assert.Equal((chat, message, "up"), (vote["chatId"]!.GetValue<string>(), vote["messageId"]!.GetValue<string>(),
            vote["value"]!.GetValue<string>()));
        (await Fixture.Anonymous().Get($"/chats/{chat}")).Is(404);
    }

    [Theory]
    [InlineData("sh", "curl.sh")]
    [InlineData("dotnet", "run", "csharp/Program.cs")]
    public async Task A_sample_that_is_refused_fails(string program, params string[] arguments) =>
        await Run(program, [.. arguments, $"{Fixture.Address}nowhere"], succeeds: false);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Drizzle_reads_and_writes_every_table_of_the_schema_it_knows(bool pooled)
    {
        await DemoWorld.Make(Fixture.Database.OwnerConnectionString, Fixture.Database.AuthConnectionString);
        await using var bouncer = pooled ? await PgBouncer.Start(Fixture.Database) : null;
        var database = ("POSTGRES_API_URL",
            ApiFixture.Url(Fixture.Database.ApiConnectionString, pooled ? "127.0.0.1" : null, bouncer?.Port));
        var api = Fixture.Address.ToString();
        string[] tables =
        [
            "Chat", "Message", "Vote", "Stream", "Document", "Suggestion", "Role", "Organization", "User",
            "accounts, sessions, verificationToken",
        ];
        await Install();
        if (!_isBuilt)
        {
            // This compiles it, and says so.
            var first = await Run("npm", ["start", "--prefix", "drizzle", "--", api], true, database);
            Assert.Equal(tables, first.Where(tables.Contains));
            _isBuilt = true;
        }

        // A second run finds nothing that the first left behind.
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal(tables, (await Run("node", ["drizzle/bin/main.js", api], true, database)).Where(line => line.Length > 0));
        }

        var lines = await Run("node", ["drizzle/bin/main.js", $"{api}nowhere"], false, database);
        Assert.Contains(lines, line => line.Contains("POST /auth/login: 404", StringComparison.Ordinal));
    }

    private static string After(string[] lines, string start) => Assert.Single(lines, line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..];

    [Fact]
    public async Task The_first_error_is_shown_and_ends_the_script()
    {
        var lines = await Run("sh", ["curl.sh", $"{Fixture.Address}nowhere/"], succeeds: false);
        Assert.Contains("\"code\":\"not_found\"", Assert.Single(lines, line => line.Contains("traceId", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    /// <summary>Runs a program in the folder of samples.</summary>
    internal static async Task<string[]> Run(
        string program, string[] arguments, bool succeeds = true, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Samples,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            Assert.True(succeeds == (process.ExitCode == 0), $"{program} ended with {process.ExitCode}: {await output}{await errors}");
            return $"{await output}{await errors}".Split('\n');
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Installs what the Drizzle sample needs, once.</summary>
    internal static async Task Install()
    {
        NotRunException.UnlessFound("npm", "apt-get install nodejs npm");
        if (!_isInstalled)
        {
            await Run("npm", ["ci", "--prefix", "drizzle", "--no-audit", "--no-fund", "--prefer-offline"]);
            _isInstalled = true;
        }
    }

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "../../samples");
}
