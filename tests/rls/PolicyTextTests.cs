using System.Text.RegularExpressions;
using RlsChat.Database;

namespace RlsChat.Tests.Rls;

/// <summary>
/// What a policy's text says and its stored form no longer does: PostgreSQL prints every column of a sub-select
/// qualified, however it was written. An unqualified column of the row means that column only until the inner
/// table gets one of that name.
/// </summary>
public sealed partial class PolicyTextTests
{
    /// <summary>The text of a sub-select, and the columns in it that are not qualified.</summary>
    public static readonly TheoryData<string, string> SubSelects = new()
    {
        { """(select true from public."Chat" c where c."id" = "Vote"."chatId")""", "" },
        { """(select true from public."Chat" c where c."id" = "chatId")""", "chatId" },
        { """(select "userId" = (select auth.uid()) from public."Stream" s where s."id" = "Chunk"."streamId")""", "userId" },
        { """not "isResolved" and "userId" = (select auth.uid())""", "" },
    };

    [Theory]
    [MemberData(nameof(SubSelects))]
    public void An_unqualified_column_is_found(string text, string columns) =>
        Assert.Equal(columns, string.Join(' ', Unqualified(text)));

    [Fact]
    public void Policies_qualify_every_column_in_a_sub_select()
    {
        var files = Script.Embedded.Where(script => script.Folder == "policies").ToList();
        Assert.True(files.Count > 15);
        Assert.Empty(files.SelectMany(file => Unqualified(Comment().Replace(file.Sql, "")).Select(column => $"{file.Name}: {column}")));
    }

    // A quoted name in parentheses that hold a "from", with a dot neither before nor after it. The parentheses inside
    // are read with it: a sub-select of a sub-select follows the same rule.
    private static IEnumerable<string> Unqualified(string text) =>
        from inner in SubSelect().Matches(text)
        where inner.Value.Contains("from ", StringComparison.Ordinal)
        from name in Name().Matches(inner.Value)
        select name.Groups[1].Value;

    [GeneratedRegex(@"\(\s*select\b(?>[^()]+|\((?<depth>)|\)(?<-depth>))*(?(depth)(?!))\)")]
    private static partial Regex SubSelect();

    [GeneratedRegex("""(?<![."\w])"(\w+)"(?!\.)""")]
    private static partial Regex Name();

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();
}
