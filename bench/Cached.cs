namespace RlsChat.Bench;

/// <summary>
/// The most that a cache could save whose entries never outlive a right: it still asks the database whether the session is live, and, here
/// for nothing, whether the entry is current.
/// </summary>
internal static class Cached
{
    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        foreach (var name in new[] { "me", "roles", "public chats", "my chats" })
        {
            await Rounds.Compare(report, name,
                Tool.Pgbench(world, "asked", recorded[name], 8, world.Subjects()),
                Tool.Pgbench(world, "cached", new Batch([recorded[name].Statements[0], "select auth.uid()"]), 8, world.Subjects()));
        }
    }
}
