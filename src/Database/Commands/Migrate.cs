namespace RlsChat.Database.Commands;

// make db-migrate, make db-apply-functions
internal static class Migrate
{
    public static async Task<int> Run(Arguments arguments)
    {
        var (dryRun, all) = (arguments.Flag("--dry-run"), arguments.Flag("--all"));
        arguments.End();
        await using var target = await Target.Open();
        await Run(target, dryRun, all);
        return 0;
    }

    public static async Task Run(Target target, bool dryRun = false, bool all = false, bool quiet = false)
    {
        var result = await Migrator.Run(target.Owner, new MigrationOptions
        {
            DryRun = dryRun,
            All = all,
            ApiPassword = target.ApiPassword,
            AuthPassword = target.AuthPassword,
            LivePassword = target.LivePassword,
            ExplainPassword = target.ExplainPassword,
            Log = Console.Error.WriteLine,
        });
        if (!dryRun && target.Embedded is { } embedded)
        {
            await EmbeddedServer.Tighten(embedded.SuperuserConnectionString);
        }

        if (!quiet)
        {
            Print(result, target.Name, dryRun);
        }
        else if (!result.IsNothing)
        {
            PrintDrift(result);
            PrintDropped(result, dryRun);
            Console.WriteLine($"Applied {result.Applied.Count} files of db/: {target.Name} is up to date.");
        }
    }

    private static void Print(MigrationResult result, string name, bool dryRun)
    {
        PrintDrift(result);
        var verb = dryRun ? "would apply" : "applied";
        foreach (var script in result.Applied)
        {
            Console.WriteLine($"{verb} {script}");
        }

        foreach (var script in result.AppliedAlone)
        {
            Console.WriteLine($"{verb} {script}, after the transaction");
        }

        foreach (var script in result.Removed)
        {
            Console.WriteLine($"{(dryRun ? "would forget" : "forgot")} {script}, whose file is gone");
        }

        foreach (var (old, script) in result.Moved)
        {
            Console.WriteLine($"{(dryRun ? "would follow" : "followed")} {old} to {script}");
        }

        PrintDropped(result, dryRun);
        Console.WriteLine(result.IsNothing
            ? $"Nothing to apply: {name} is at this version."
            : dryRun ? $"Rolled back: {name} is as it was." : $"Up to date: {name}.");
    }

    private static void PrintDropped(MigrationResult result, bool dryRun)
    {
        foreach (var thing in result.Dropped)
        {
            Console.WriteLine($"{(dryRun ? "would drop" : "dropped")} {thing}, which no file describes");
        }
    }

    private static void PrintDrift(MigrationResult result)
    {
        foreach (var drift in result.Drift)
        {
            Console.WriteLine(string.Join(Environment.NewLine, [$"had drifted: {drift.Kind} {drift.Name} {drift.Words}", .. drift.Differences]));
        }
    }
}
