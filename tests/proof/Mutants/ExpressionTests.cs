using RlsChat.Tests.Mutants.Expressions;

namespace RlsChat.Tests.Mutants;

/// <summary>Conditions are taken apart where PostgreSQL would, and put together again as SQL.</summary>
public sealed class ExpressionTests
{
    [Theory]
    [InlineData("a and b and c", "and(a, b, c)")]
    [InlineData("a or b and not c", "or(a, and(b, not(c)))")]
    [InlineData("((a = 1) AND ((b) OR (c IS NOT NULL)))", "and(a = 1, or(b, c IS NOT NULL))")]
    [InlineData("not a = any (array[1, 2]) and b", "and(not(a = any (array[1, 2])), b)")]
    [InlineData("a between 1 and 2 and b", "and(a between 1 and 2, b)")]
    [InlineData("case when a and b then c or d end and e", "and(case when a and b then c or d end, e)")]
    [InlineData("x = 'it''s a and b' and y = E'\\' or '", "and(x = 'it''s a and b', y = E'\\' or ')")]
    [InlineData("\"and\" = 1 or f(a and b)", "or(\"and\" = 1, f(a and b))")]
    [InlineData("x = $q$ and $q$ and y -- or z\n and w /* or v */", "and(x = $q$ and $q$, y, w)")]
    [InlineData("exists (select from t where a or b) and (a, b) = (c, d)", "and(exists (select from t where a or b), (a, b) = (c, d))")]
    [InlineData("(select true from t where a and b)", "(select true from t where a and b)")]
    public void A_condition_comes_apart(string sql, string expected) => Assert.Equal(expected, Text(sql, Condition.Parse(sql)));

    [Theory]
    [InlineData("a and")]
    [InlineData("or b")]
    [InlineData("(a or ) and c")]
    public void What_is_no_condition_is_refused(string sql) => Assert.Throws<FormatException>(() => Condition.Parse(sql));

    [Fact]
    public void A_rule_loses_each_conjunct_and_is_swapped_and_negated()
    {
        const string sql = "(owner = me) and (org is null or org = mine)";
        Assert.Equal(
            [
                $"not ({sql})",
                "(((owner = me)) or ((org is null or org = mine)))",
                "((org is null or org = mine))",
                "((owner = me))",
                "(owner = me) and ((org is null) and (org = mine))",
            ],
            Edit.OfRule(sql).Select(e => e.Of(sql)));
    }

    [Fact]
    public void A_condition_in_a_sub_select_of_a_rule_is_weakened_too() => Assert.Equal(
        ["not (exists (select from t where a and b))", "exists (select from t where ((a) or (b)))", "exists (select from t where (b))", "exists (select from t where (a))"],
        Edit.OfRule("exists (select from t where a and b)").Select(e => e.Of("exists (select from t where a and b)")));

    [Fact]
    public void A_body_loses_its_guards_alternatives_conditions_locks_and_calls()
    {
        const string body = """
            begin
              perform from t where id = $1 for no key update;
              if found or not b then
                raise exception 'no';
              elsif c then
                log := 1;
              end if;
              perform check_it($1);
              update t set x = 1 where id = $1 and y;
              return a and d;
            end
            """;
        Assert.Equal(
            [
                "where 1 true: id = $1 -> true", "where 2 1 swapped: id = $1 and y -> ((id = $1) or (y))",
                "where 2 1 without 1: id = $1 and y -> (y)", "where 2 1 without 2: id = $1 and y -> (id = $1)",
                "guard 1 dropped: found or not b -> false", "guard 1 1 swapped: found or not b -> ((found) and (not b))",
                "guard 1 1 without 1: found or not b -> (not b)", "guard 1 1 without 2: found or not b -> (found)",
                "guard 1 3 not dropped: not b -> b",
                "answer 1 1 swapped: a and d -> ((a) or (d))", "answer 1 1 without 1: a and d -> (d)", "answer 1 1 without 2: a and d -> (a)",
                "lock 1 dropped: for no key update -> nothing", "call 1 dropped: perform check_it($1) -> null",
            ],
            Edit.OfBody(body).Select(e => $"{e.Name}: {e.Describe(body).Replace("  ", " ", StringComparison.Ordinal)}"));
    }

    private static string Text(string sql, Condition condition) => condition switch
    {
        Condition.Not not => $"not({Text(sql, not.Of)})",
        Condition.Junction junction => $"{(junction.IsAnd ? "and" : "or")}({string.Join(", ", junction.Operands.Select(o => Text(sql, o)))})",
        _ => Bare(sql[condition.Start..condition.End]),
    };

    // A leaf keeps the parentheses that it stands in.
    private static string Bare(string leaf) =>
        leaf[0] == '(' && leaf[^1] == ')' && !leaf.StartsWith("(select", StringComparison.Ordinal) && !leaf.Contains(") = (", StringComparison.Ordinal) ? leaf[1..^1] : leaf;
}
