using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Attacks;

/// <summary>
/// Escalation through every SECURITY DEFINER function: each either is closed to every role that a request can
/// take, or has its attack here, beside the person for whom the same call does it. Initech is Ana's; Ben is a
/// member; Zed, who administers an organization of his own, attacks.
/// </summary>
[Collection(CommittingTests.Name)]
[Attack]
public sealed class DefinerTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private static readonly string[] Roles = ["anonymous", "regular_user", "monitor", "none"];

    /// <summary>What a request may call: what Zed gets of it, and who gets more.</summary>
    private static readonly Dictionary<string, (string Attack, string Comes, string Who, string Call, string Gives)> Open = new()
    {
        ["auth.can_grant_role(uuid)"] = ("select auth.can_grant_role([clerk])", "= False", "ana", "select auth.can_grant_role([clerk])", "= True"),
        ["auth.can_tidy_chat(uuid)"] = ("select auth.can_tidy_chat([chat])", "= False", "ben", "select auth.can_tidy_chat([chat])", "= True"),
        ["auth.can_write_chat(uuid)"] = ("select auth.can_write_chat([chat])", "= False", "ben", "select auth.can_write_chat([chat])", "= True"),
        // It tells who knows an id that the id is somebody's; it is 122 random bits.
        ["auth.impersonate(uuid,text,bytea)"] = ("select auth.impersonate([ben], 'to spy', sha256('x'))", "42501", "bank", "select auth.impersonate([ben], 'to help', sha256('y')) is not null", "= True"),
        ["auth.is_document_taken(uuid)"] = ("select auth.is_document_taken([document])", "= True", "ben", "select auth.is_document_taken([document])", "= False"),
        ["auth.organization_id()"] = ("select auth.organization_id() = [Initech]", "= False", "ben", "select auth.organization_id() = [Initech]", "= True"),
        ["auth.organization_with(text)"] = ("select auth.organization_with('can_manage_members') = [Initech]", "= False", "ana", "select auth.organization_with('can_manage_members') = [Initech]", "= True"),
        ["auth.permissions()"] = ("select auth.permissions() ? 'can_grant_credits'", "= False", "bank", "select auth.permissions() ? 'can_grant_credits'", "= True"),
        ["auth.report_ids()"] = ("select cardinality(auth.report_ids())", "= 0", "ana", "select cardinality(auth.report_ids())", "= 1"),
        ["auth.require_message_allowance()"] = ("select auth.require_message_allowance() is null", "= False", "ben", "select auth.require_message_allowance() is null", "= False"),
        ["auth.session_id()"] = ("select auth.session_id() in (select s.\"id\" from public.sessions s)", "= True", "ben", "select auth.session_id() in (select s.\"id\" from public.sessions s)", "= True"),
        ["auth.stream_silence()"] = ("select extract(epoch from auth.stream_silence())::int", "= 60", "ben", "select extract(epoch from auth.stream_silence())::int", "= 60"),
        ["auth.uid()"] = ("select set_config('auth.uid', [ben]::text, true) <> '' and auth.uid() is null", "= True", "ben", "select auth.uid() = [ben]", "= True"),
        ["public.abandon_stream(uuid)"] = ("select count(*) from public.abandon_stream([stream])", "= 0", "ben", "select count(*) from public.abandon_stream([stream])", "= 1"),
        ["public.accept_invitation(text)"] = ("select public.accept_invitation([token])", "RC004", "dora", "select public.accept_invitation([token]) = [Initech]", "= True"),
        ["public.create_organization(text)"] = ("select public.create_organization('another')", "RC002", "dora", "select public.create_organization('hers') is not null", "= True"),
        ["public.finish_stream(uuid,text,uuid)"] = ("select count(*) from public.finish_stream([stream])", "= 0", "ben", "select count(*) from public.finish_stream([stream])", "= 1"),
        ["public.grant_credits(uuid,numeric,text)"] = ("select public.grant_credits([zed], 5, 'mine')", "42501", "bank", "select public.grant_credits([zed], 5, 'given')", "= 5.00"),
        ["public.leave_organization(uuid)"] = ("select public.leave_organization([Initech])", "= False", "ben", "select public.leave_organization([Initech])", "= True"),
        ["public.remove_member(uuid,text[])"] = ("select public.remove_member([ben])", "= False", "ana", "select public.remove_member([ben])", "= True"),
        ["public.set_member_manager(uuid,uuid,text[])"] = ("select public.set_member_manager([ben], [zed])", "= False", "ana", "select public.set_member_manager([ben], null)", "= True"),
        ["public.set_member_role(uuid,uuid,text[])"] = ("select public.set_member_role([ben], [admin role])", "= False", "ana", "select public.set_member_role([ben], [clerk])", "= True"),
        ["public.spend_credits(numeric,text)"] = ("select public.spend_credits(1, 'theirs')", "RC005", "ben", "select public.spend_credits(1, 'mine')", "= 6.00"),
    };

    /// <summary>Those that the role monitor may call, and that show nothing to who lacks the permission.</summary>
    private static readonly Dictionary<string, string> OfMonitoring = new()
    {
        ["auth.can_view_monitoring()"] = "select auth.can_view_monitoring()",
        ["monitor.activity()"] = "select count(*) > 0 from monitor.activity()",
        ["monitor.record_inquiry(text,text,text,text)"] = "select monitor.record_inquiry('access_explained', null, 'Chat', null) is null",
        ["monitor.statements()"] = "select count(*) > 0 from monitor.statements()",
    };

    private World world = null!;
    private Intruder intruder = null!;

    public async Task InitializeAsync()
    {
        world = await World.Of(fixture, "ana:admin", "ben:member", "zed:", "dora:", "bank:operator");
        var race = new Race(fixture, world);
        await race.Alone<Guid>("zed", "select public.create_organization('Zedland')");
        world["clerk"] = await race.Alone<Guid>("ana", """insert into public."Role" ("name", "organizationId") values ('clerk', [Initech]) returning "id" """);
        await race.Alone<bool>("ana", "select public.set_member_manager([ben], [ana])");
        world["chat"] = await race.Alone<Guid>("ben", """insert into public."Chat" ("title") values ('x') returning "id" """);
        world["document"] = await race.Alone<Guid>("ben", """insert into public."Document" ("title") values ('x') returning "id" """);
        world["stream"] = await race.Alone<Guid>("ben", """insert into public."Stream" ("chatId") values ([chat]) returning "id" """);
        await race.Alone<DateTime>("ben", "select public.append_chunk([stream], 0, 'x')");
        await race.Alone<decimal>("bank", "select public.grant_credits([ben], 7, 'x')");
        world["token"] = Guid.NewGuid();
        intruder = await Intruder.With(fixture, world, "ana", "ben", "zed", "dora", "bank");
        var mail = await intruder.AsRole("""select "email" from public."User" where "id" = [dora]""");
        await race.Alone<Guid>("ana", $"select public.invite_member('{mail}', [clerk], sha256([token]))");
    }

    public async Task DisposeAsync() => await intruder.DisposeAsync();

    public static readonly TheoryData<string> Callable = new(Open.Keys);

    [Theory]
    [MemberData(nameof(Callable))]
    public async Task Escalation_through(string function)
    {
        var (attack, comes, who, call, gives) = Open[function];
        var before = await intruder.Everything();
        Support.Attacks.Count();
        Assert.Equal(comes, await intruder.Runs("zed", attack));
        Assert.Equal(before, await intruder.Everything());
        Assert.Equal(gives, await intruder.Runs(who, call));
    }

    /// <summary>What stands in neither list is closed: a new function is, or has its attack above.</summary>
    [Fact]
    public async Task Calling_what_is_closed()
    {
        var before = await intruder.Everything();
        var closed = (await Definers()).FindAll(f => !Open.ContainsKey(f.Signature) && !OfMonitoring.ContainsKey(f.Signature));
        Assert.True(closed.Count >= 50, $"only {closed.Count}");
        foreach (var (call, role) in closed.SelectMany(f => Roles.Select(role => (f.Call, role))))
        {
            Support.Attacks.Count();
            var answer = await intruder.Runs("zed", role, [call]);
            Assert.True(answer == "42501", $"{role}: {call}: {answer}");
        }

        Assert.Equal(before, await intruder.Everything());
    }

    [Fact]
    public async Task Looking_at_the_system_in_the_role_monitor()
    {
        foreach (var (name, sql) in OfMonitoring)
        {
            Support.Attacks.Count();
            Assert.Equal(name is "auth.can_view_monitoring()" or ['m', .., 't', 'e', 'x', 't', ')'] ? "42501" : "= False", await intruder.Runs("zed", "monitor", [sql]));
            Assert.Equal("42501", await intruder.Runs("zed", sql));
        }

        Assert.Equal("= True", await intruder.Runs("bank", "monitor", ["select count(*) > 0 from monitor.activity()"]));
    }

    /// <summary>Every SECURITY DEFINER function, and a call of it.</summary>
    private async Task<List<(string Signature, string Call)>> Definers()
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        return (await new Db(connection, world).List("""
            select format('%s.%s(%s)|select %1$s.%2$s(%4$s)', n.nspname, p.proname, string_agg(format_type(t.t, null), ',' order by t.n),
              string_agg('null::' || format_type(t.t, null), ',' order by t.n))
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace left join unnest(p.proargtypes) with ordinality t (t, n) on true
            where n.nspname in ('public', 'auth', 'app_private', 'monitor') and p.prokind = 'f' and p.prosecdef
            group by p.oid, p.proname, n.nspname
            order by 1
            """)).ConvertAll(line => (line.Split('|')[0], line.Split('|')[1]));
    }
}
