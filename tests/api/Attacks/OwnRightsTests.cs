using Npgsql;
using RlsChat.Database;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// Hostile SQL gets exactly the rows of its person. Each technique finds Mallory's own rows,
/// which is the control, and of Ben's none.
/// </summary>
public sealed class OwnRightsTests(BreachedApi api) : BreachTest(api)
{
    private static readonly Dictionary<string, (string Sql, string Outcome)> Techniques = new()
    {
        ["without a condition"] = ("""select "title"::text from public."Chat" """, "= mine"),
        ["by its id"] = ("""select "title"::text from public."Chat" where "id" in ('[chat]', '[my chat]')""", "= mine"),
        ["by its place"] = ("""select c."title"::text from generate_series(0, 200) n join public."Chat" c on c.ctid = ('(0,' || n || ')')::tid""", "= mine"),
        ["by its transaction"] = ("""select c."title"::text from public."Chat" c where c.xmin::text::bigint > 0 and c.tableoid > 0""", "= mine"),
        ["as a whole row"] = ("""select (c).title::text from (select c from public."Chat" c) x""", "= mine"),
        ["as JSON"] = ("""select row_to_json(c) ->> 'title' from public."Chat" c""", "= mine"),
        ["as an array of rows"] = ("""select (unnest(array_agg(c))).title::text from public."Chat" c""", "= mine"),
        ["by TABLESAMPLE"] = ("""select "title"::text from public."Chat" tablesample bernoulli (100)""", "= mine"),
        ["by TABLE"] = ("""select "title"::text from (table public."Chat") c""", "= mine"),
        ["by ONLY"] = ("""select "title"::text from only public."Chat" """, "= mine"),
        ["by an outer join"] = ("""select c."title"::text from (values ('[chat]'::uuid), ('[my chat]')) x (i) left join public."Chat" c on c."id" = i where c."id" is not null""", "= mine"),
        ["by a semi-join"] = ("""select "title"::text from public."Chat" where "id" in (select m."chatId" from public."Message" m)""", "= mine"),
        ["by EXCEPT"] = ("""select count(*)::text from (select "id" from public."Message" except select null) x""", "= 1"),
        ["through a child"] = ("""select m."parts"::text from public."Message" m""", """= [{"text":"mine"}]"""),
        ["by query_to_xml"] = ("""select (xpath('//title/text()', query_to_xml('select * from public."Chat"', true, false, '')))[1]::text""", "= mine"),
        ["by table_to_xml"] = ("""select (xpath('//title/text()', table_to_xml('public."Chat"', true, false, '')))[1]::text""", "= mine"),
        ["by a condition that fails on hidden rows"] = ($"""select "title"::text from public."Chat" where 1 / (case when "title" = '{BreachedApi.Mark}' then 0 else 1 end) = 1""", "= mine"),
        ["by a cast that fails on hidden rows"] = ($"""select "title"::text from public."Chat" where (case when "title" = '{BreachedApi.Mark}' then "title" else '1' end)::int = 1""", "= mine"),
        ["ordered by what is hidden"] = ("""select c."title"::text from public."Chat" c order by (select count(*) from public."Message" m where m."chatId" = '[chat]')""", "= mine"),
        ["who I am"] = ("select concat_ws(' ', auth.uid() = '[mallory]', current_user, session_user)", "= t regular_user rlschat_api"),
        ["my own secret, which is mine"] = ("select (current_setting('auth.session') = '[secret]')::text", "= true"),
        ["settings of identity, listed"] = ("select count(*)::text from pg_settings where name like 'auth.%'", "= 0"),
        ["my own statement"] = ("select left(current_query(), 22)", "= select left(current_qu"),
        ["the members that a stranger sees"] = ("""select string_agg("id"::text, ',') from public."Colleague" """, "= [mallory]"),
        ["sessions"] = ("select count(*)::text from public.sessions", "= 1"),
        ["statistics of columns"] = ("select count(*)::text from pg_stats where schemaname = 'public'", "= 0"),
        ["extended statistics"] = ("select count(*)::text from pg_stats_ext where schemaname = 'public'", "= 0"),
        ["values in prepared statements"] = ("select count(*)::text from pg_prepared_statements where statement ~ '[0-9a-f]{8}-[0-9a-f]{4}-' and statement !~ 'pg_prepared_statements'", "= 0"),
        ["cursors"] = ("select count(*)::text from pg_cursors where statement not like '%pg_cursors%'", "= 0"),
        ["large objects"] = ("select count(*)::text from pg_largeobject_metadata", "= 0"),
        ["passwords in pg_roles"] = ("select string_agg(distinct rolpassword, ',') from pg_roles", "= ********"),
        ["what is in a snapshot that is exported"] = ("select (length(pg_export_snapshot()) > 0)::text", "= true"),
        ["sequences that a stranger moves"] = ("select count(*)::text from pg_sequences where schemaname = 'public' and last_value is not null", "= 0"),
        ["the canary, as the role monitor"] = ("""
            select case when set_config('role', 'monitor', true) <> '' then (xpath('count(//row)',
              query_to_xml('select * from monitor.policies', true, false, '')))[1]::text end
            """, "= 0"),
        ["tables, as the API's login"] = ("""
            select case when set_config('role', 'none', true) <> '' then query_to_xml('select * from public."Chat"', true, false, '')::text end
            """, "42501"),
        ["what is public, as nobody"] = ("""
            select case when set_config('role', 'anonymous', true) <> '' then coalesce((xpath('//title/text()',
              query_to_xml('select * from public."Chat"', true, false, '')))[1]::text, 'none') end
            """, "= none"),
    };

    public static readonly TheoryData<string> Names = new(Techniques.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reading(string technique)
    {
        var (sql, outcome) = Techniques[technique];
        await Comes(Api.Named(outcome), technique, () => Read(Api.Named(sql)));
    }

    /// <summary>Allowed, and of no effect on anything.</summary>
    [Theory]
    [InlineData("drop owned by regular_user", "42501")]
    [InlineData("drop owned by current_user cascade", "42501")]
    [InlineData("reset role", "= ")]
    [InlineData("reset all", "= ")]
    [InlineData("set constraints all deferred", "= ")]
    [InlineData("do $$ begin perform set_config('auth.uid', '[ben]', true); update public.\"Chat\" set \"title\" = 'taken'; end $$", "= ")]
    [InlineData("do $$ begin execute 'set local role sign_in_definer'; end $$", "42501")]
    [InlineData("do $$ begin execute 'reset role'; update public.\"Chat\" set \"title\" = 'taken'; end $$", "42501")]
    [InlineData("do $$ begin execute 'drop owned by rlschat_api'; execute 'reset role'; execute 'drop owned by rlschat_api cascade'; end $$", "42501")]
    [InlineData("do $$ begin execute 'set local role monitor'; execute 'drop owned by monitor cascade'; end $$", "= ")]
    [InlineData("do $$ begin execute 'set local role anonymous'; execute 'drop owned by anonymous cascade'; end $$", "42501")]
    // PostgreSQL 15 lets a block end the transaction of the request, but with it ends who is asking.
    [InlineData("do $$ begin commit; update public.\"Chat\" set \"title\" = 'taken'; end $$", "42501|2D000")]
    [InlineData("do $$ begin commit; execute 'set local role regular_user'; update public.\"Chat\" set \"title\" = 'taken'; end $$", "= |2D000")]
    [InlineData("update public.\"Chat\" set \"title\" = 'taken' where \"id\" = '[chat]' returning \"title\"::text", "= ")]
    [InlineData("delete from public.\"Message\" where \"id\" = '[message]' returning \"id\"::text", "= ")]
    [InlineData("delete from public.\"Document\" where \"id\" = '[document]' returning \"id\"::text", "= ")]
    [InlineData("merge into public.\"Chat\" c using (values ('[chat]'::uuid)) v (i) on c.\"id\" = v.i when matched then delete", "= ")]
    [InlineData("merge into public.\"Chat\" c using (values ('[chat]'::uuid)) v (i) on c.\"id\" = v.i when not matched then insert (\"id\", \"title\") values (v.i, 'taken')", "23505")]
    [InlineData("insert into public.\"Chat\" (\"id\", \"title\") values ('[chat]', 'taken') on conflict (\"id\") do update set \"title\" = 'taken'", "42501")]
    [InlineData("insert into public.\"Chat\" (\"id\", \"title\") values ('[chat]', 'taken') on conflict do nothing returning \"title\"::text", "= ")]
    [InlineData("insert into public.\"Document\" (\"id\", \"title\") values ('[document]', 'taken')", "42501")]
    [InlineData("insert into public.\"Message\" (\"chatId\", \"role\", \"parts\") values ('[chat]', 'user', '[]')", "42501")]
    [InlineData("insert into public.\"Chat\" (\"title\", \"organizationId\") values ('planted', '[organization]')", "42501")]
    public async Task Writing(string sql, string outcome) => await Comes(outcome, sql, () => Run(Api.Named(sql)));

    /// <summary>CVE-2026-120154: where the server is not patched, the condition sees the hidden row first.</summary>
    [Fact]
    public async Task A_condition_of_on_conflict()
    {
        await using var connection = new NpgsqlConnection(Api.Database.OwnerConnectionString);
        await connection.OpenAsync();
        await Comes(ServerVersion.Check(connection).Any() ? "= " : "42501", "on conflict … where", () => Run(Api.Named(
            """
            insert into public."Chat" ("id", "title") values ('[chat]', 'taken')
            on conflict ("id") do update set "title" = 'taken' where false
            """)));
    }

    [Fact]
    public async Task Pasted_into_a_search()
    {
        foreach (var (q, outcome) in new[]
        {
            ("nothing", "= "),
            ("%' or true --", "= mine"),
            ($"x' union select \"title\" from public.\"Chat\" where set_config('auth.uid', '{Api.Ben.Person.Id}', true) <> '' --", "= |= mine"),
            ("x' union select \"password\" from public.\"User\" --", "42501"),
            ("x' union select \"sessionToken\" from public.sessions --", "42501"),
            ("x'; delete from public.\"Chat\"; --", "42601"),
            ("x' union select query_to_xml('delete from public.\"Chat\"', true, true, '')::text --", "0A000"),
        })
        {
            await Comes(outcome, q, () => Send(HttpMethod.Get, $"/hole/search?q={Uri.EscapeDataString(q)}", null));
        }
    }

    [Fact]
    public async Task Pasted_into_an_order()
    {
        foreach (var (by, outcome) in new[]
        {
            ("1", "= mine"),
            ("(case when (select \"password\" from public.\"User\" limit 1) like 'A%' then 1 else 2 end)", "42501"),
            ("(select count(*) from public.\"Message\" where 1 / (\"parts\"::text not like '%only Ben%')::int = 1)", "= mine"),
            ("1; drop table public.\"Chat\"", "42601"),
            ("set_config('role', 'rlschat_owner', true)", "42501"),
        })
        {
            await Comes(outcome, by, () => Send(HttpMethod.Get, $"/hole/sorted?by={Uri.EscapeDataString(by)}", null));
        }
    }

    [Fact]
    public async Task Pasted_into_an_update()
    {
        foreach (var (title, outcome) in new[]
        {
            ($"x' where false or \"id\" = '{Api.Ben.Chat}' returning \"title\"::text --", "= "),
            ("x', \"userId\" = auth.uid() where true returning \"title\"::text --", "42501"),
            ("x'; update public.\"Chat\" set \"title\" = 'x", "42601"),
            ("x' || (select \"password\" from public.\"User\") || '", "42501"),
        })
        {
            await Comes(outcome, title, () => Send(HttpMethod.Post, "/hole/rename", title));
        }

        Assert.Equal("= mine", (await Send(HttpMethod.Post, "/hole/rename", "mine")).Outcome);
        Api.Known = null;
    }
}
