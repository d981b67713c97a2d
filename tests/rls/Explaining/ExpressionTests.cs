using CsCheck;
using RlsChat.Database.Explaining;

namespace RlsChat.Tests.Rls.Explaining;

/// <summary>How a condition of the catalogue is split into legs, and when it is not.</summary>
public sealed class ExpressionTests
{
    /// <summary>An expression as pg_get_expr prints it, and its tree.</summary>
    public static readonly TheoryData<string, string> Trees = new()
    {
        { "true", "true" },
        { "(\"userId\" = ( SELECT auth.uid() AS uid))", "\"userId\" = ( SELECT auth.uid() AS uid)" },
        { "((a = 1) AND (b = 2) AND c)", "And[a = 1, b = 2, c]" },
        { "((a = 1) AND ((b = 2) OR (NOT c)))", "And[a = 1, Or[b = 2, Not[c]]]" },
        { "(NOT auth.is_document_taken(id))", "Not[auth.is_document_taken(id)]" },
        { "(NOT (EXISTS ( SELECT\n   FROM public.\"User\" u\n  WHERE (u.a AND u.b))))", "Not[EXISTS ( SELECT\n   FROM public.\"User\" u\n  WHERE (u.a AND u.b))]" },
        { "( SELECT true AS bool\n   FROM public.\"Chat\" c\n  WHERE ((c.id = 1) AND (c.a OR c.b)))", "( SELECT true AS bool\n   FROM public.\"Chat\" c\n  WHERE ((c.id = 1) AND (c.a OR c.b)))" },
        { "CASE WHEN (a IS NULL) THEN (b AND c) ELSE false END", "Case[a IS NULL, And[b, c], false]" },
        { "CASE WHEN a THEN b WHEN c THEN CASE WHEN d THEN e ELSE f END END", "Case[a, b, c, Case[d, e, f]]" },
        { "CASE role WHEN 'a'::text THEN true ELSE false END", "CASE role WHEN 'a'::text THEN true ELSE false END" },
        // Names and texts that look like keywords.
        { "((\"AND\" = 'x OR y'::text) OR (b = E'it\\'s AND'::text))", "Or[\"AND\" = 'x OR y'::text, b = E'it\\'s AND'::text]" },
        { "((a = 'it''s (' ::text) AND b)", "And[a = 'it''s (' ::text, b]" },
        { "((a)::text ~~ 'x AND y'::text)", "(a)::text ~~ 'x AND y'::text" },
        { "((tags)[1] = 'a'::text)", "(tags)[1] = 'a'::text" },
        { "(a IS NOT NULL)", "a IS NOT NULL" },
        { "(a IS DISTINCT FROM b)", "a IS DISTINCT FROM b" },
        // Not printed so by PostgreSQL: left whole, or split by precedence.
        { "a BETWEEN 1 AND 2", "a BETWEEN 1 AND 2" },
        { "a OR b AND c", "Or[a, And[b, c]]" },
        { "NOT a AND b", "And[Not[a], b]" },
        { "(a AND b", "(a AND b" },
        { "(a AND )", "a AND" },
        { "'unfinished AND", "'unfinished AND" },
        { "", "" },
    };

    /// <summary>A text, and table, alias, condition and value of the sub-selects in it that are followed.</summary>
    public static readonly TheoryData<string, string> SubSelects = new()
    {
        { "( SELECT true AS bool\n   FROM public.\"Chat\" c\n  WHERE (c.id = \"Vote\".\"chatId\"))", "public.\"Chat\" c (c.id = \"Vote\".\"chatId\") true" },
        { "( SELECT (d.\"userId\" = ( SELECT auth.uid() AS uid))\n   FROM public.\"Document\" d)", "public.\"Document\" d true (d.\"userId\" = ( SELECT auth.uid() AS uid))" },
        { "EXISTS ( SELECT\n   FROM public.\"User\"\n  WHERE a)", "public.\"User\" User a " },
        { "id IN ( SELECT n.id\n   FROM public.a n)", "public.a n (true AND (\"Note\".id = n.id)) n.id" },
        { "id = ( SELECT auth.uid() AS uid)", "" },
        { "EXISTS ( SELECT 1\n   FROM (public.a x\n     JOIN public.b y ON ((x.id = y.id))))", "" },
        { "EXISTS ( SELECT 1\n   FROM public.a x\n  WHERE x.b\n UNION\n SELECT 2\n   FROM public.b y)", "" },
        { "id IN ( SELECT f.f\n   FROM auth.f() f(f))", "" },
        { "id = ( SELECT max(a.id)\n   FROM public.a a\n  GROUP BY a.b)", "" },
    };

    [Theory]
    [MemberData(nameof(Trees))]
    public void A_condition_is_split_where_that_is_certain(string text, string tree) => Assert.Equal(tree, Shape(Expression.Parse(text)));

    [Theory]
    [MemberData(nameof(SubSelects))]
    public void A_sub_select_from_one_table_is_followed(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', SubSelect.In(text).Select(select => select.Of("Note")).Select(select => $"{select.Table} {select.Alias} {select.Where} {select.Value}")));

    [Fact]
    public void Of_a_sub_select_the_columns_of_its_table_are_known() => Assert.Equal(
        ["id", "b.c"], SubSelect.In("""( SELECT true AS bool FROM public."Chat" c WHERE ((c.id = x.c.y) AND (c."b.c" = x.z)))""").Single().Columns());

    private static readonly string[] Pieces =
    [
        "(", ")", " AND ", " OR ", "NOT ", "CASE WHEN ", " THEN ", " ELSE ", " END", "'", "\"", "a", " = ", "( SELECT ", "[", "]", "E'\\", " FROM ", ".", " WHERE ",
    ];

    [Fact]
    public void Any_text_is_parsed_to_an_end() => Gen.Int[0, Pieces.Length - 1].Array[0, 12].Sample(chosen =>
    {
        var parts = Expression.Parse(string.Concat(chosen.Select(i => Pieces[i]))).All();
        Assert.All(parts, part => _ = SubSelect.In(part.Text).SelectMany(select => select.Columns()).Count());
    });

    private static string Shape(Expression expression) => expression.Kind == ExpressionKind.Whole
        ? expression.Text : $"{expression.Kind}[{string.Join(", ", expression.Legs.Select(Shape))}]";
}
