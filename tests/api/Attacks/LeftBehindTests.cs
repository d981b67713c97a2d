using Microsoft.AspNetCore.Builder;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// What hostile SQL leaves on a pooled connection for the next request. Nobody becomes another
/// person by it, with one exception, which this shows and docs/threat-model.md says how to close: a person who
/// can run whole statements may put one of their own in the place of the driver's prepared statement.
/// </summary>
public sealed class LeftBehindTests(BreachedApi api) : BreachTest(api)
{
    private const string Who = "select coalesce(auth.uid()::text, 'nobody')";

    /// <summary>Settings of the session, not of the transaction; one comes on top of the other.</summary>
    private static readonly (string Name, string Value)[] Settings =
    [
        ("auth.uid", "[mallory]"), ("auth.session", "[secret]"), ("role", "regular_user"), ("search_path", "public, pg_temp, pg_catalog"),
        ("DateStyle", "SQL, DMY"), ("TimeZone", "Pacific/Kiritimati"), ("IntervalStyle", "sql_standard"), ("bytea_output", "escape"),
        ("extra_float_digits", "-15"), ("quote_all_identifiers", "on"), ("transform_null_equals", "on"), ("xmloption", "document"),
        ("plan_cache_mode", "force_generic_plan"), ("enable_indexscan", "off"), ("enable_material", "off"), ("from_collapse_limit", "1"),
        ("check_function_bodies", "off"), ("session_replication_role", ""), ("application_name", "mallory"), ("role", "monitor"),
    ];

    [Fact]
    public async Task A_setting_for_the_session_makes_nobody_of_the_next_person_and_shows_them_nothing()
    {
        await using var app = await BreachedApi.Open(Api.Database, "--DATABASE_MAX_CONNECTIONS=8");
        var (mallory, ben, nobody) = (At(app, Api.Mallory), At(app, Api.Ben.Person), new Person("anonymous", ApiFixture.AddressOf(app)));
        var (chats, me) = ((await ben.Get("/chats")).Is(200).Text, (await ben.Get("/me")).Is(200).Text);
        foreach (var (name, value) in Settings)
        {
            Support.Attacks.Count();
            var left = await Run(Api.Named($"select set_config('{name}', '{value}', false)"), mallory);
            Assert.Equal(value.Length > 0 ? null : "42501", left.Error);
            Assert.Equal($"= {ben.Id}", (await Read(Who, ben)).Outcome);
            Assert.Equal(chats, (await ben.Get("/chats")).Is(200).Text);
            Assert.Equal(me, (await ben.Get("/me")).Is(200).Text);
            Assert.Equal("= nobody", (await Read(Who, nobody)).Outcome);
        }
    }

    /// <summary>These refuse the next person what they may, until the connection goes: a nuisance, no api.</summary>
    [Theory]
    [InlineData("statement_timeout", "1ms", "select pg_sleep(0.2)::text", "57014")]
    [InlineData("default_transaction_isolation", "repeatable read", "select \"title\"::text from public.\"Chat\"", "session ended")]
    [InlineData("role", "monitor", "select \"title\"::text from public.\"Chat\" where false", "42501")]
    [InlineData("row_security", "off", "select \"title\"::text from public.\"Chat\"", "42501")]
    public async Task A_setting_that_spoils_the_connection(string name, string value, string sql, string outcome)
    {
        await using var app = await BreachedApi.Open(Api.Database, "--DATABASE_MAX_CONNECTIONS=8");
        Assert.Null((await Run($"select set_config('{name}', '{value}', false)", At(app, Api.Mallory))).Error);
        Assert.Equal(outcome, (await Read(sql, At(app, Api.Ben.Person))).Outcome);
    }

    /// <summary>No function that a person may call reaches PREPARE: an expression inside a SELECT cannot.</summary>
    [Theory]
    [InlineData("prepare mine as select 1")]
    [InlineData("deallocate all")]
    [InlineData("execute mine")]
    [InlineData("declare mine cursor with hold for select 1")]
    [InlineData("set role rlschat_owner")]
    [InlineData("discard all")]
    [InlineData("listen mine")]
    public async Task Prepared_statement_poisoning_by_an_expression(string statement)
    {
        foreach (var call in new[]
        {
            $"select query_to_xml($q${statement}$q$, true, true, '')::text",
            $"select query_to_xmlschema($q${statement}$q$, true, true, '')::text",
            $"select query_to_xml_and_xmlschema($q${statement}$q$, true, true, '')::text",
            $"select count(*)::text from ts_stat($q${statement}$q$)",
            $"select ts_rewrite('a'::tsquery, $q${statement}$q$)::text",
        })
        {
            var result = await Run(call);
            Assert.True(result.Error is "0A000" or "42P11" or "22023" or "26000", $"{call}: {result.Outcome} {string.Join(' ', result.Rows)}");
        }

        Assert.Equal("= 0", (await Run("select count(*)::text from pg_prepared_statements where from_sql")).Outcome);
    }

    [Fact]
    public async Task Prepared_statement_poisoning_by_whole_statements_is_the_exception()
    {
        await using var app = await BreachedApi.Open(Api.Database, "--DATABASE_MAX_CONNECTIONS=8");
        var (mallory, ben) = (At(app, Api.Mallory), At(app, Api.Ben.Person));
        var stolen = await Poison(mallory, ben);
        Assert.Equal(Claims.SessionOf(ben.AccessToken), stolen);
    }

    [Fact]
    public async Task Prepared_statement_poisoning_is_closed_by_preparing_nothing()
    {
        await using var app = await BreachedApi.Open(Api.Database, "--DATABASE_MAX_CONNECTIONS=8", "--DATABASE_PREPARE=off");
        var (mallory, ben) = (At(app, Api.Mallory), At(app, Api.Ben.Person));
        Assert.Equal("", await Poison(mallory, ben));
    }

    /// <summary>
    /// Mallory replaces the statement that says who is asking by one that also keeps the secret for the session,
    /// lets Ben ask something, and looks: his secret, or nothing.
    /// </summary>
    private async Task<string> Poison(Person mallory, Person ben)
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"= {mallory.Id}", (await Run(Who, mallory)).Outcome);
        }

        var poisoned = await Run(
            """
            do $$
            declare
              item record;
            begin
              for item in select name from pg_prepared_statements where statement like '%auth.session%' and statement not like '%read_only%' and name like '\_%' loop
                execute format('deallocate %I', item.name);
                execute format('prepare %I (text, text) as select set_config(''role'', ''regular_user'', true), '
                  || 'set_config(''auth.uid'', $1, true), set_config(''auth.session'', $2, true), '
                  || 'case when set_config(''evil.kept'', $2, false) <> '''' then true end, true', item.name);
              end loop;
            end
            $$
            """, mallory);
        Assert.Equal("= ", poisoned.Outcome + string.Join(' ', poisoned.Rows));
        await Run(Who, ben);
        var kept = await Read("select coalesce(current_setting('evil.kept', true), '')", mallory);
        Assert.Null(kept.Error);
        return kept.Rows[0] ?? "";
    }

    private static Person At(WebApplication app, Person person) => person.At(ApiFixture.AddressOf(app));
}
