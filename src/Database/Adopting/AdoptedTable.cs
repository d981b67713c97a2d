namespace RlsChat.Database;

/// <summary>What becomes of a row that does not fit.</summary>
public enum MisfitOutcome
{
    /// <summary>It is moved with another value.</summary>
    Adjusted,

    /// <summary>It is not moved.</summary>
    LeftOut,

    /// <summary>Nothing is moved before it is mended in the old database.</summary>
    Blocks,
}

/// <summary>A row of the old database that does not fit.</summary>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Table">Its table.</param>
/// <param name="Key">Its key, in which the parts are separated by spaces.</param>
/// <param name="Words">What does not fit; of an adjusted row also its new value.</param>
public sealed record MisfitRow(MisfitOutcome Outcome, string Table, string Key, string Words)
{
    /// <summary>The outcome as it is printed.</summary>
    public string Becomes => Outcome switch
    {
        MisfitOutcome.Adjusted => "adjusted",
        MisfitOutcome.LeftOut => "left out",
        _ => "blocks",
    };
}

/// <summary>A way in which rows may not fit.</summary>
/// <param name="Outcome">What becomes of such a row.</param>
/// <param name="Words">What does not fit.</param>
/// <param name="Where">SQL that is true for such a row <c>t</c>.</param>
/// <param name="Set">The assignments that adjust it.</param>
internal sealed record Misfit(MisfitOutcome Outcome, string Words, string Where, string Set = "")
{
    public static Misfit Adjusts(string words, string where, string set) => new(MisfitOutcome.Adjusted, words, where, set);

    public static Misfit LeavesOut(string words, string where) => new(MisfitOutcome.LeftOut, words, where);

    public static Misfit Blocks(string words, string where) => new(MisfitOutcome.Blocks, words, where);
}

/// <summary>A table of the old database: its rows are copied to schema adopt, made to fit there, and inserted.</summary>
/// <param name="Name">Its name, the same in both databases.</param>
/// <param name="Copied">Its columns in the old database.</param>
/// <param name="Key">SQL of the key of a row <c>t</c>, as text.</param>
/// <param name="Columns">The columns to insert.</param>
/// <param name="Values">Their values, of a row <c>t</c> that fits.</param>
/// <param name="Misfits">In the order in which they are looked for.</param>
internal sealed record AdoptedTable(string Name, string[] Copied, string Key, string[] Columns, string Values, params Misfit[] Misfits)
{
    /// <summary>The table in the new database, the copy, and the rows as they are inserted.</summary>
    public string Target => $"public.{Statements.Name(Name)}";

    /// <inheritdoc cref="Target"/>
    public string Copy => $"adopt.{Statements.Name(Name)}";

    /// <inheritdoc cref="Target"/>
    public string Rows => $"select {Values} from {Copy} t";

    /// <summary>The columns to insert, as SQL lists them.</summary>
    public string ColumnList => List(Columns);

    /// <summary>The columns to copy, as SQL lists them.</summary>
    public string CopiedList => List(Copied);

    private static string List(string[] names) => string.Join(", ", names.Select(Statements.Name));
}
