namespace RlsChat.Tests.Rls.Stage;

/// <summary>Counts the cells of the access matrices that a run has checked.</summary>
internal static class Cells
{
    private static int count;
    private static int model;
    private static int statements;

    /// <summary>Verdicts that the database shares with the model of tests/rls/Model.</summary>
    public static int OfTheModel => model;

    public static void Count() => Interlocked.Increment(ref count);

    public static void CountOfTheModel(int cells, int asked)
    {
        Interlocked.Add(ref model, cells);
        Interlocked.Add(ref statements, asked);
    }

    /// <summary>Leaves the count where <c>make test-rls</c> looks for it.</summary>
    public static async Task Report()
    {
        if (Environment.GetEnvironmentVariable("RLSCHAT_CELLS_FILE") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, $"cells: {count}\ncells of the model: {model}, by {statements} statements\n");
        }
    }
}
