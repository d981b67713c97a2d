using System.Runtime.InteropServices;

namespace RlsChat.Bench;

/// <summary>Runs the comparisons, each on the same server and data (bench/README.md).</summary>
internal static class Program
{
    private static readonly (string Name, Func<World, IReadOnlyDictionary<string, Batch>, Report, Task> Run)[] Comparisons =
    [
        ("requests", Requests.Run),
        ("policies", PolicyCost.Run),
        ("growth", Growth.Run),
        ("seed", SeedPolicies.Run),
        ("published", PublishedTable.Run),
        ("live", Live.Run),
        ("memory", Memory.Run),
        ("identity", Identity.Run),
        ("cache", Cached.Run),
        ("forms", Forms.Run),
        ("timing", HiddenTiming.Run),
    ];

    private static readonly bool Quick = Is("QUICK");

    /// <summary>How many rounds count, and how many seconds a turn takes.</summary>
    public static readonly int Rounds = Quick ? 1 : Number("ROUNDS", 5), Seconds = Quick ? 1 : Number("SECONDS", 3);

    /// <summary>Where results go.</summary>
    public static readonly string Folder = Directory.CreateDirectory(Path.Combine(".data", "bench")).FullName;

    /// <summary>Only what is quick is measured: for trying the harness.</summary>
    public static bool IsQuick => Quick;

    /// <summary>Growth is measured to 10^7 messages.</summary>
    public static bool IsLarge => Is("LARGE");

    /// <summary>Progress goes to the error stream, so that the tables can be kept.</summary>
    public static void Say(string text) => Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {text}");

    private static async Task<int> Main()
    {
        var only = Environment.GetEnvironmentVariable("ONLY") is { Length: > 0 } names ? names.Split(',') : null;
        if (only?.Except(Comparisons.Select(comparison => comparison.Name)).FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine($"ONLY: {unknown} is none of {string.Join(", ", Comparisons.Select(comparison => comparison.Name))}");
            return 2;
        }

        const string Autogroup = "/proc/sys/kernel/sched_autogroup_enabled";
        if (File.Exists(Autogroup) && (await File.ReadAllTextAsync(Autogroup)).Trim() == "1")
        {
            Say("the kernel divides the processors among sessions, not processes, which makes p99 several times as long: sysctl kernel.sched_autogroup_enabled=0");
        }

        await using var world = await World.Make(Quick ? 2_000 : 20_000);
        var statements = await Recorder.Record(world, Questions.All);
        var version = await world.Scalar<string>("postgres", "select split_part(version(), ' ', 2)");
        var machine = $"PostgreSQL {version}, .NET {Environment.Version}, {Environment.ProcessorCount} processors ({RuntimeInformation.ProcessArchitecture}), "
            + $"{world.Messages:n0} messages, {Rounds} rounds of {Seconds} s";
        var wrong = 0;
        foreach (var (name, run) in Comparisons.Where(comparison => only?.Contains(comparison.Name) != false))
        {
            var (report, load) = (new Report(name, machine), await File.ReadAllTextAsync("/proc/loadavg"));
            Say($"{name} begins; load {load.Trim()}");
            await world.Execute(RlsChat.Database.EmbeddedServer.Database, "vacuum analyze");
            await run(world, statements, report);
            report.Print();
            wrong += report.Wrong.Count;
        }

        return wrong == 0 ? 0 : 1;
    }

    private static int Number(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : standard;

    private static bool Is(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } and not "0";
}
