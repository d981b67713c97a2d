using System.Data;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Attacks;

/// <summary>
/// "Impersonation" of access-rules.md, on the API's own login. Bank and Vic are operators, Ana administers Initech and has a row of
/// most tables, Ben is its member.
/// </summary>
[Collection(CommittingTests.Name)]
[Attack]
public sealed class ImpersonationTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private World world = null!;
    private Intruder intruder = null!;

    public async Task InitializeAsync()
    {
        world = await World.Of(fixture, "ana:admin", "ben:member", "bank:operator", "vic:operator");
        var race = new Race(fixture, world);
        world["chat"] = await race.Alone<Guid>("ana", """insert into public."Chat" ("title") values ('of ana') returning "id" """);
        world["message"] = await race.Alone<Guid>("ana", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id" """);
        world["vote"] = await race.Alone<Guid>("ana", """insert into public."Vote" ("message_id", "value") values ([message], 'up') returning "id" """);
        world["stream"] = await race.Alone<Guid>("ana", """insert into public."Stream" ("chatId") values ([chat]) returning "id" """);
        world["document"] = await race.Alone<Guid>("ana", """insert into public."Document" ("title") values ('of ana') returning "id" """);
        world["role"] = await race.Alone<Guid>("ana", """insert into public."Role" ("name", "organizationId") values ('x', [Initech]) returning "id" """);
        await race.Alone<decimal>("bank", "select public.grant_credits([ana], 5, 'welcome')");
        intruder = await Intruder.With(fixture, world, "ana", "ben", "bank", "vic");
        Assert.StartsWith("= ", await intruder.Impersonate("bank", "ana"), StringComparison.Ordinal);
    }

    public async Task DisposeAsync() => await intruder.DisposeAsync();

    [Fact]
    public async Task It_reads_what_the_person_reads()
    {
        foreach (var table in await Tables("has_any_column_privilege('regular_user', oid, 'select')"))
        {
            var count = $"select count(*) from {table}";
            Assert.Equal(await intruder.Runs("ana", count), await intruder.Runs("bank as ana", count));
        }

        foreach (var table in new[] { "Chat", "Message", "Vote", "Stream", "Document", "CreditEntry", "Quota", "AuditEvent" })
        {
            Assert.NotEqual("= 0", await intruder.Runs("bank as ana", $"select count(*) from public.\"{table}\""));
        }

        Assert.Equal("= of ana", await intruder.Runs("bank as ana", """select "title" from public."Chat" where "id" = [chat]"""));
        Assert.Equal("= ", await intruder.Runs("bank", """select "title" from public."Chat" where "id" = [chat]"""));
    }

    /// <summary>Every table, by its trigger, whatever is granted.</summary>
    [Fact]
    public async Task It_writes_in_no_table()
    {
        var tables = await Tables("relkind = 'r'");
        Assert.True(tables.Count >= 18, $"only {tables.Count}");
        foreach (var sql in tables.SelectMany(table => new[] { $"insert into {table} default values", $"delete from {table} where false" }))
        {
            Support.Attacks.Count();
            Assert.Equal("42501", await intruder.Runs("bank as ana", sql));
        }

        Assert.Equal(tables, await Tables(
            """
            exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid where t.tgrelid = pg_class.oid and p.proname = 'tg__impersonation'
              and t.tgenabled = 'O' and t.tgtype = 2 + 4 + 8 + 16
              and pg_get_triggerdef(t.oid) like '%WHEN ((current_setting(''transaction_isolation''::text) = ''read uncommitted''::text))%')
            """));
    }

    // Each of these succeeds for Ana herself, or would if somebody were taken for her who writes.
    public static readonly TheoryData<string, string> Writings = new()
    {
        { "a chat", """insert into public."Chat" ("title") values ('x') returning 'written'""" },
        { "a message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning 'written'""" },
        { "a new title", """update public."Chat" set "title" = 'x' where "id" = [chat] returning 'written'""" },
        { "a vote on conflict", """insert into public."Vote" ("message_id", "value") values ([message], 'down') on conflict ("message_id", "user_id") do update set "value" = excluded."value" returning 'written'""" },
        { "a deletion", """delete from public."Document" where "id" = [document] returning 'written'""" },
        { "a deletion in a CTE", """with d as (delete from public."Chat" where "id" = [chat] returning 1) select 'written' from d""" },
        { "credits", "select 'written' from public.spend_credits(1, 'x')" },
        { "a chunk", "select 'written' where public.append_chunk([stream], 0, 'x') is not null" },
        { "the end of a stream", """delete from public."Stream" where "id" = [stream] returning 'written'""" },
        { "a role", "select 'written' where public.set_member_role([ben], [role])" },
        { "a removal", "select 'written' where public.remove_member([ben])" },
        { "an invitation", "select 'written' from public.invite_member('x@test', [role], sha256([message]))" },
        { "leaving", """select 'written' where public.leave_organization()""" },
        { "the account", """delete from public."User" where "id" = [ana] returning 'written'""" },
    };

    [Theory]
    [MemberData(nameof(Writings))]
    public async Task It_does_not_write(string what, string sql)
    {
        var before = await intruder.Everything();
        foreach (var level in new[] { IsolationLevel.ReadCommitted, IsolationLevel.ReadUncommitted })
        {
            Support.Attacks.Count();
            var answer = await intruder.Runs("bank as ana", "regular_user", [sql], level);
            Assert.False(answer.Contains("written", StringComparison.Ordinal), $"{what}, {level}: {answer}");
        }

        Assert.Equal(before, await intruder.Everything());
        if (what is not ("leaving" or "the account"))
        {
            Assert.Equal("= written", await intruder.Runs("ana", sql));
        }
    }

    /// <summary>A statement that begins as the operator's own, and in its middle takes Ana's identity or another level.</summary>
    [Theory]
    [InlineData("""insert into public."Chat" ("title", "userId") select left(s, 0) || 'x', [ana]::uuid from (select [as bank as ana] offset 0) v (s) returning 'written'""")]
    [InlineData("""insert into public."Chat" ("title", "userId") select left(set_config('transaction_read_only', 'on', true) || [as bank as ana], 0) || 'x', [ana]::uuid offset 0""")]
    [InlineData("""insert into public."Chat" ("title", "userId") select left(set_config('transaction_isolation', 'read uncommitted', true) || [as bank as ana], 0) || 'x', [ana]::uuid offset 0""")]
    [InlineData("""select 'written' from (select [as bank as ana] offset 0) v (s), lateral public.spend_credits(length(s) * 0 + 1, 'x')""")]
    [InlineData("""update public."Chat" set "title" = 'x' where [as bank as ana] <> '' and "id" = [chat] returning 'written'""")]
    public async Task It_does_not_begin_in_the_middle_of_a_writing_statement(string sql)
    {
        var before = await intruder.Everything();
        foreach (var level in new[] { IsolationLevel.ReadCommitted, IsolationLevel.ReadUncommitted })
        {
            Support.Attacks.Count();
            var answer = await intruder.Runs("bank", "regular_user", [sql], level);
            Assert.False(answer.Contains("written", StringComparison.Ordinal), $"{level}: {answer}");
        }

        Assert.Equal(before, await intruder.Everything());
        Assert.Equal("25001", await intruder.Runs("bank as ana", "set transaction isolation level read committed", "select 1"));
    }

    [Theory]
    [InlineData("update public.sessions set \"expires\" = 'infinity'")]
    [InlineData("select auth.impersonate([ben], 'and another', sha256('x'))")]
    [InlineData("select auth.impersonate([ana], 'for longer', sha256('x'))")]
    [InlineData("select auth.refresh_session(sha256('a'), sha256('b'), sha256('c'))")]
    [InlineData("delete from public.\"AuditEvent\"")]
    [InlineData("select \"secretDigest\" from public.sessions")]
    public async Task It_is_not_extended_or_hidden(string sql)
    {
        Assert.Equal("42501", await intruder.Runs("bank as ana", sql));
        Assert.Equal("= 0", await intruder.Runs("bank as ana", """select count(*) from public.sessions where "id" = auth.session_id()"""));
    }

    [Theory]
    [InlineData("delete from public.sessions where \"userId\" = [bank] and \"familyId\" is null")]
    [InlineData("update public.sessions set \"revoked\" = now() where \"userId\" = [bank] and \"familyId\" is null")]
    [InlineData("update public.sessions set \"revoked\" = now() where \"impersonatorId\" = [bank]")]
    [InlineData("update public.sessions set \"expires\" = now() at time zone 'utc' - interval '1 second' where \"impersonatorId\" = [bank]")]
    [InlineData("update public.\"User\" set \"roleId\" = null where \"id\" = [bank]")]
    public async Task It_ends(string by)
    {
        Assert.Equal("= True", await intruder.Runs("bank as ana", "select auth.uid() = [ana]"));
        await intruder.AsRole(by);
        Assert.Equal("= ", await intruder.Runs("bank as ana", "select auth.uid()::text"));
        Assert.Equal("= ", await intruder.Runs("bank as ana", """select "title" from public."Chat" """));
    }

    [Fact]
    public async Task It_lasts_a_quarter_of_an_hour() => Assert.Equal("00:15:00", await intruder.AsRole(
        """select date_trunc('second', "expires" - "createdAt")::text from public.sessions where "impersonatorId" = [bank]"""));

    [Theory]
    [InlineData("ana", "ben", "to help", "42501")]
    [InlineData("bank", "vic", "to help", "42501")]
    [InlineData("bank", "bank", "to help", "42501")]
    [InlineData("bank", "ben", " ", "23514")]
    [InlineData("bank", "Initech", "to help", "23503")]
    public async Task It_is_not_for(string who, string whom, string reason, string error) =>
        Assert.Equal(error, await intruder.Impersonate(who, whom, reason));

    [Fact]
    public async Task The_person_and_their_auditor_learn_who_looked_and_why()
    {
        const string Looked = """
            select concat_ws(' ', "actorId" = [bank], "subjectId" = [ana], "organizationId" = [Initech], "details" ->> 'reason',
              ("details" ->> 'until')::timestamp > "createdAt") from public."AuditEvent" where "action" = 'impersonated'
            """;
        Assert.Equal("= t t t to help t", await intruder.Runs("ana", Looked));
        Assert.Equal("= ", await intruder.Runs("ben", Looked));
    }

    [Fact]
    public async Task Live_delivery_takes_it_for_nobody() => Assert.Equal("2 session_ended", await intruder.AsRole($"""
        select subscriber || ' ' || reason from auth.ended_subscriptions(array[[ana]::uuid, [ana]::uuid],
          array[sha256(convert_to({intruder.Named("[secret of ana]")}, 'UTF8')), sha256(convert_to({intruder.Named("[secret of bank as ana]")}, 'UTF8'))],
          array[null::uuid, null])
        """));

    private async Task<List<string>> Tables(string condition)
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        return await new Db(connection, world).List(
            $"select format('public.%I', relname) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and {condition} order by 1");
    }
}
