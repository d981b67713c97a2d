using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>
/// "Adding a table in five steps" of README.md, done with the words that stand there in a copy of this tree: it builds,
/// db-check finds nothing, its matrix holds, and so does every test that enumerates tables, columns or routes. (CI runs
/// all tests in such a copy.)
/// </summary>
public sealed partial class ReadmeTests : IDisposable
{
    private const string OfDatabase = "BookmarkTests|CatalogueTests|CatalogueKeysTests|ColumnTests|CarelessPolicyTests|CoverageTests|BackupTests.A_world";

    private const string OfApi = "ApiReferenceTests|MannersTests|EnumerationTests|HiddenTests|NonInterferenceTests.Every|NonInterferenceTests.What_is_ones_own";

    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../.."));

    private readonly string _copy = Directory.CreateTempSubdirectory("rlschat-five-").FullName;

    public void Dispose() => Directory.Delete(_copy, recursive: true);

    [Fact]
    public async Task Adding_a_table_in_five_steps()
    {
        await Run(Root, "bash", "tests/readme-steps.sh", _copy);
        var matrix = Matrix().Match(await File.ReadAllTextAsync(Path.Combine(_copy, "README.md"))).Groups[1].Value;
        var tests = await File.ReadAllTextAsync(Path.Combine(Root, "samples/bookmark/BookmarkTests.cs"));
        Assert.All(matrix.Split('\n'), line => Assert.Contains(line.Trim(), tests, StringComparison.Ordinal));

        await using (var database = await (await TestServer.Shared).CreateEmptyDatabase())
        {
            await Run(_copy, "make", Settings(database), "db-migrate");
            var (_, found) = await Start(_copy, "make", Settings(database), "-s", "db-check");
            // What the version of the server has is the server's.
            Assert.Contains("test_", found, StringComparison.Ordinal);
            Assert.DoesNotContain(found.Split('\n'), line => line.EndsWith(']') && !line.StartsWith("note:", StringComparison.Ordinal)
                && !line.EndsWith("[server]", StringComparison.Ordinal));
        }

        await Test("tests/rls", OfDatabase);
        await Test("tests/api", OfApi);
    }

    private async Task Test(string project, string classes)
    {
        await Run(_copy, "dotnet", "build", project, "-c", "Release", "--nologo", "-v", "q");
        await Run(_copy, "dotnet", "test", project, "-c", "Release", "--no-build", "--nologo",
            "--filter", string.Join('|', classes.Split('|').Select(name => $"FullyQualifiedName~.{name}")));
    }

    private static Dictionary<string, string> Settings(TestDatabase database)
    {
        var owner = new NpgsqlConnectionStringBuilder(database.OwnerConnectionString);
        return new()
        {
            ["POSTGRES_URL"] = $"postgresql://{owner.Username}:{Uri.EscapeDataString(owner.Password!)}@{owner.Host}:{owner.Port}/{owner.Database}",
            ["RLSCHAT_API_PASSWORD"] = database.ApiPassword,
            ["RLSCHAT_AUTH_PASSWORD"] = database.AuthPassword,
            ["RLSCHAT_LIVE_PASSWORD"] = database.LivePassword,
        };
    }

    private static Task Run(string folder, string program, params string[] arguments) => Run(folder, program, [], arguments);

    /// <summary>Runs to a good end; fails with what it said.</summary>
    private static async Task Run(string folder, string program, Dictionary<string, string> settings, params string[] arguments)
    {
        var (exitCode, output) = await Start(folder, program, settings, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ends with {exitCode}:\n{output}");
    }

    private static async Task<(int ExitCode, string Output)> Start(
        string folder, string program, Dictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // Nothing that a build leaves running keeps what it says from ending.
        (start.Environment["MSBUILDDISABLENODEREUSE"], start.Environment["UseSharedCompilation"]) = ("1", "false");
        // What counts the tests of this run, and what a make above them says to its own.
        foreach (var name in new[] { "RLSCHAT_FIGURES_FILE", "MAKEFLAGS", "MAKELEVEL" })
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static string ThisFile([CallerFilePath] string file = "") => file;

    [GeneratedRegex(@"^```text\n(who .*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Matrix();
}
