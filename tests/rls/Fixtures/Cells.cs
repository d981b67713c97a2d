using RlsChat.Tests.Rls.Explaining;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>Counts the cells of the access matrices that a run has checked.</summary>
internal static class Cells
{
    private static int matrix;
    private static int model;
    private static int statements;
    private static int worlds;
    private static int steps;
    private static int ofTheModel;
    private static int explained;
    private static int unasked;

    /// <summary>Verdicts that the database shares with the model of tests/proof/Model.</summary>
    public static int OfTheModel => ofTheModel;

    public static void Count() => Interlocked.Increment(ref matrix);

    /// <summary>Counts a cell whose statement was put to <c>make why</c>, or could not be.</summary>
    public static void CountExplained(bool isAsked) => Interlocked.Increment(ref isAsked ? ref explained : ref unasked);

    public static void CountWorld() => Interlocked.Increment(ref worlds);

    public static void CountStep() => Interlocked.Increment(ref steps);

    public static void CountOfTheModel(int cells, int asked)
    {
        Interlocked.Add(ref ofTheModel, cells);
        Interlocked.Add(ref model, cells);
        Interlocked.Add(ref statements, asked);
    }

    /// <summary>Leaves what was counted since the last report where <c>make test-rls</c> looks for it.</summary>
    public static void Report()
    {
        Figures.Add("matrix.cells", Interlocked.Exchange(ref matrix, 0));
        if (Agreement.IsAsked)
        {
            Figures.Add("why.cells", Interlocked.Exchange(ref explained, 0));
            Figures.Add("why.skipped", Interlocked.Exchange(ref unasked, 0));
        }

        Figures.Add("model.cells", Interlocked.Exchange(ref model, 0));
        Figures.Add("model.statements", Interlocked.Exchange(ref statements, 0));
        Figures.Add("model.worlds", Interlocked.Exchange(ref worlds, 0));
        Figures.Add("model.steps", Interlocked.Exchange(ref steps, 0));
    }
}
