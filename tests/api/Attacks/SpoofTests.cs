using System.Security.Cryptography;
using System.Text;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// Becoming another person inside one statement, by set_config. With the secret of Ben's session an attacker would be
/// Ben in each of these: that is the control, and the reason why no statement gets at it.
/// </summary>
public sealed class SpoofTests(BreachedApi api) : BreachTest(api)
{
    private const string Chats = """coalesce((select string_agg(c."title", ', ' order by c."title") from public."Chat" c), 'none')""";
    private const string Found = """coalesce(string_agg(c."title", ', ' order by c."title"), 'none')""";

    /// <summary>Where [spoof] runs before a policy asks who is asking.</summary>
    private static readonly Dictionary<string, string> Spoofs = new()
    {
        ["in a select list"] = $"select case when length([spoof]) > 0 then {Chats} end",
        ["in a CTE"] = $"""with s as materialized (select [spoof] as x) select {Found} from s left join public."Chat" c on s.x <> '' """,
        ["in a lateral join"] = $"""
            select {Found} from (select [spoof] as x offset 0) s cross join lateral (select * from public."Chat" where s.x <> '') c
            """,
        ["in VALUES"] = $"""select {Found} from (values ([spoof])) s (x) cross join lateral (select * from public."Chat" where s.x <> '') c""",
        ["in an order by"] = $"select x from (select [spoof] as y order by 1 offset 0) s cross join lateral (select {Chats} || left(y, 0) as x) t",
        ["in a limit"] = """select c."title"::text from public."Chat" c order by c."title" limit length([spoof])""",
        ["in an offset"] = """select c."title"::text from public."Chat" c order by c."title" offset 0 * length([spoof])""",
        ["in a function in FROM"] = $"""select {Found} from generate_series(1, sign(length([spoof]))::int) g left join public."Chat" c on g > 0""",
        ["in a step of a recursion"] = $"""
            with recursive r (n, t) as (select 1, [spoof] union all select n + 1, {Chats} from r where n < 3) select t from r where n = 3
            """,
        ["in an InitPlan"] = $"select {Chats} where (select [spoof]) <> ''",
        ["in TABLESAMPLE"] = $"""select {Found} from public."Chat" c tablesample system (case when length([spoof]) > 0 then 100 end)""",
        ["before a nested query"] = """
            select case when length([spoof]) > 0
              then coalesce(nullif(substring(query_to_xml('select c."title" from public."Chat" c', true, true, '')::text from '<title>(.*?)</title>'), ''), 'none') end
            """,
        ["in a nested query"] = $"""
            select case when length(query_to_xml($q$select [spoof]$q$, true, true, '')::text) > 0 then {Chats} end
            """,
        ["of the role too"] = $"select case when length(set_config('role', 'regular_user', true) || [spoof]) > 0 then {Chats} end",
        ["by way of another role"] = $"""
            select case when length(set_config('role', 'none', true) || [spoof] || set_config('role', 'regular_user', true)) > 0 then {Chats} end
            """,
    };

    /// <summary>Where it comes too late: this statement has been judged as Mallory's.</summary>
    private static readonly Dictionary<string, string> Late = new()
    {
        ["per row, in a select list"] = """select c."title" || left([spoof], 0) from public."Chat" c""",
        ["in an ORDER BY"] = """select c."title"::text from public."Chat" c order by [spoof]""",
        ["in an aggregate"] = $"""select {Found.Replace("order by", "order by [spoof],", StringComparison.Ordinal)} from public."Chat" c""",
        ["in a FILTER"] = $"""select string_agg(c."title", ', ') filter (where [spoof] <> '') from public."Chat" c""",
        ["in a condition on each row"] = $"""select {Found} from public."Chat" c where [spoof] || c."title" <> '' """,
        ["in a function argument"] = $"""select {Found} from public."Chat" c where coalesce([spoof], '') <> '' """,
        ["in HAVING"] = $"""select {Found} from public."Chat" c having count(*) > 0 and [spoof] <> '' """,
        ["in a window"] = """select c."title" || left(max([spoof]) over (), 0) from public."Chat" c""",
        ["after one row of two"] = """select c."title" || left([spoof], 0) from public."Chat" c union all select c."title" from public."Chat" c where false""",
    };

    public static readonly TheoryData<string> Early = new(Spoofs.Keys);

    public static readonly TheoryData<string> TooLate = new(Late.Keys);

    [Theory]
    [MemberData(nameof(Early))]
    public async Task Spoofing(string where)
    {
        foreach (var (what, secret) in await Guesses())
        {
            var none = where is "in a limit" or "in an offset" ? "= " : "= none";
            await Comes(none, $"{where}, with {what}", () => Read(Statement(Spoofs[where], secret)));
        }

        var known = await Read(Statement(Spoofs[where], Claims.SessionOf(Api.Ben.Person.AccessToken)));
        Assert.Contains(BreachedApi.Mark, known.Outcome, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TooLate))]
    public async Task Spoofing_too_late(string where)
    {
        foreach (var (what, secret) in await Guesses())
        {
            await Comes("= mine", $"{where}, with {what}", () => Read(Statement(Late[where], secret)));
        }
    }

    [Theory]
    [InlineData("insert into public.\"Chat\" (\"title\") values (left([spoof], 0) || 'planted') returning \"title\"::text", "42501")]
    [InlineData("insert into public.\"Chat\" (\"title\", \"userId\") values (left([spoof], 0) || 'planted', '[ben]') returning \"title\"::text", "42501")]
    [InlineData("update public.\"Chat\" set \"title\" = 'planted' where \"id\" = (select case when length([spoof]) > 0 then '[chat]'::uuid end) returning \"title\"::text", "= ")]
    [InlineData("delete from public.\"Chat\" where \"id\" = (select case when length([spoof]) > 0 then '[chat]'::uuid end) returning 'gone'", "= ")]
    public async Task Spoofing_in_a_statement_that_writes(string sql, string guessed)
    {
        foreach (var (what, secret) in await Guesses())
        {
            await Comes(guessed, $"{sql}, with {what}", () => Run(Statement(sql, secret)));
        }

        // The control counts one row that was touched, and fails by that, so that Ben keeps what is his.
        var known = await Run($"with w as ({Statement(sql, Claims.SessionOf(Api.Ben.Person.AccessToken))}) select (1 / (count(*) - 1))::text from w");
        Assert.Equal("22012", known.Error);
    }

    private string Statement(string sql, string secret) => Api.Named(sql.Replace(
        "[spoof]", "set_config('auth.uid', '[ben]', true) || set_config('auth.session', '[secret]', true)", StringComparison.Ordinal), secret);

    /// <summary>Secrets that an attacker might try, among them the digest in the database.</summary>
    private async Task<(string What, string Secret)[]> Guesses()
    {
        var secret = Claims.SessionOf(Api.Ben.Person.AccessToken);
        var stored = await Api.Setup.As<string>(Api.Mallory, "select encode(sha256(convert_to($1, 'UTF8')), 'hex')", secret);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret))), stored);
        return [("her own secret", Claims.SessionOf(Api.Mallory.AccessToken)), ("none", ""), ("the stored digest", stored!), ("a guess", secret[..^1] + "x")];
    }
}
