namespace RlsChat.Tests.Rls.Stage;

/// <summary>Counts the cells of the access matrices that a run has checked.</summary>
internal static class Cells
{
    private static int count;

    public static void Count() => Interlocked.Increment(ref count);

    /// <summary>Leaves the count where <c>make test-rls</c> looks for it.</summary>
    public static async Task Report()
    {
        if (Environment.GetEnvironmentVariable("RLSCHAT_CELLS_FILE") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, $"cells: {count}\n");
        }
    }
}
