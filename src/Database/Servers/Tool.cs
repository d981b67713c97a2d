using System.Diagnostics;

namespace RlsChat.Database;

// Runs another program to its end.
internal static class Tool
{
    /// <summary>What a program said.</summary>
    public sealed record Answer(int ExitCode, string Output)
    {
        public bool Succeeded => ExitCode == 0;
    }

    /// <summary>Runs a program and collects what it prints; a program that cannot be started answers 127.</summary>
    public static async Task<Answer> Run(IReadOnlyList<string> command, TimeSpan? atMost = null)
    {
        // The folder that we stand in may be closed to the user that the program runs as.
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var end = new CancellationTokenSource(atMost ?? TimeSpan.FromMinutes(5));
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(end.Token);
            var errors = process.StandardError.ReadToEndAsync(end.Token);
            try
            {
                await process.WaitForExitAsync(end.Token);
                return new Answer(process.ExitCode, (await output + await errors).Trim());
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return new Answer(124, $"{command[0]} did not answer in time");
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new Answer(127, e.Message);
        }
    }

    /// <summary>The full path of a program on PATH, or null.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
