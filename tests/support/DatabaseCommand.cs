using System.Diagnostics;
using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Support;

/// <summary>rlschat-db as a process of its own, as make runs it.</summary>
public static class DatabaseCommand
{
    /// <summary>Runs it to its end.</summary>
    public static Task<(int ExitCode, string Output)> Run(string? connectionString, params string[] arguments) =>
        Run(connectionString, [], arguments);

    /// <summary>The same, with these variables.</summary>
    public static async Task<(int ExitCode, string Output)> Run(
        string? connectionString, Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(connectionString, environment, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Starts it.</summary>
    public static Process Start(string? connectionString, params string[] arguments) =>
        Start(connectionString, [], arguments);

    private static Process Start(string? connectionString, Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Migrator).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("POSTGRES_DIRECT_URL");
        start.Environment["POSTGRES_URL"] = connectionString is null ? null : Url(connectionString);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static string Url(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgresql://{settings.Username}:{Uri.EscapeDataString(settings.Password!)}"
            + $"@{settings.Host}:{settings.Port}/{settings.Database}";
    }
}
