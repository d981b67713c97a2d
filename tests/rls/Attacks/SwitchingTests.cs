using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls.Attacks;

/// <summary>
/// One statement that is somebody at its beginning and nobody, or a second person whose session the attacker also
/// has, further on: the policy that was asked once a statement, and the trigger that is asked once a row, would
/// each judge another. Initech has an administrator, Ana; Mo may manage members and roles there and nothing else;
/// Zed is Mo's second account, the administrator of an organization of his own.
/// </summary>
[Collection(CommittingTests.Name)]
[Attack]
public sealed class SwitchingTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private World world = null!;
    private Intruder intruder = null!;

    public async Task InitializeAsync()
    {
        world = await World.Of(fixture, "ana:admin", "mo:member", "zed:", "gone:member");
        var race = new Race(fixture, world);
        world["clerk"] = await race.Alone<Guid>("ana",
            """insert into public."Role" ("name", "permissions", "organizationId") values ('clerk', '{"can_manage_members": true, "can_manage_roles": true}', [Initech]) returning "id" """);
        world["nothing"] = await race.Alone<Guid>("ana",
            """insert into public."Role" ("name", "organizationId") values ('nothing', [Initech]) returning "id" """);
        await race.Alone<bool>("ana", "select public.set_member_role([mo], [clerk])");
        world["Zedland"] = await race.Alone<Guid>("zed", "select public.create_organization('Zedland')");
        intruder = await Intruder.With(fixture, world, "ana", "mo", "zed");
    }

    public async Task DisposeAsync() => await intruder.DisposeAsync();

    public static readonly TheoryData<string, string> Deeds = new()
    {
        { "mo", """insert into public."Role" ("name", "organizationId") values ('x', [Initech]) returning "name" [clear]""" },
        { "mo", """update public."Role" set "name" = 'x' where "id" = [nothing] returning "name" [clear]""" },
        { "mo", """delete from public."Role" where "id" = [nothing] returning 'x' [clear]""" },
        { "mo", """insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest") values ([Initech], 'x@test', [nothing], sha256('x')) returning "email" [clear]""" },
        { "ana", """update public."Organization" set "name" = 'x' where "id" = [Initech] returning "name" [clear]""" },
        { "zed", """delete from public."Organization" where "id" = [Zedland] returning 'x' [clear]""" },
    };

    /// <summary>The trigger that records a deed runs after RETURNING.</summary>
    [Theory]
    [MemberData(nameof(Deeds))]
    public async Task A_deed_without_a_doer(string who, string sql)
    {
        var (events, nameless) = (await Audited(who), await Nameless());
        Assert.Equal("42501", await intruder.Runs(who, sql.Replace("[clear]", "|| [as nobody]", StringComparison.Ordinal)));
        Assert.Equal(events, await Audited(who));
        Assert.Equal(nameless, await Nameless());

        // The control: done openly it is done, and has one doer.
        Assert.StartsWith("= x", await intruder.Runs(who, sql.Replace("[clear]", "", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.True(await Audited(who) > events);
    }

    /// <summary>The first row is his own, so that the check is asked; then he is nobody, as is the second row's author.</summary>
    [Fact]
    public async Task Rewording_what_nobody_s_account_has_written_any_more()
    {
        var race = new Race(fixture, world);
        var id = Guid.NewGuid();
        world["document"] = id;
        await race.Alone<DateTime>("ana", """insert into public."Document" ("id", "title", "organizationId") values ([document], 'x', [Initech]) returning "createdAt" """);
        await race.Alone<bool>("ana", "select public.set_member_role([gone], [admin role])");
        foreach (var who in new[] { "ana", "gone" })
        {
            world[$"of {who}"] = await race.Alone<Guid>(who,
                """
                insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText")
                select d."id", d."createdAt", 'x', 'said' from public."Document" d where d."id" = [document] returning "id"
                """);
        }

        await race.Alone<bool>("gone", "select public.delete_account()");
        const string reword = """
            update public."Suggestion" s set "suggestedText" = case when s."id" = [of gone] then 'put into their mouth' || left([clear], 0) else 'mine' end
            where s."id" in ([of ana], [of gone]) and s."id" <> [left out]
            returning "suggestedText"
            """;
        foreach (var clear in new[] { "[as nobody]", "[as zed]", "''" })
        {
            Assert.Equal("42501", await intruder.Runs("ana", reword.Replace("[clear]", clear, StringComparison.Ordinal).Replace("[left out]", "[Initech]", StringComparison.Ordinal)));
        }

        Assert.Equal("= mine", await intruder.Runs("ana", reword.Replace("[clear]", "''", StringComparison.Ordinal).Replace("[left out]", "[of gone]", StringComparison.Ordinal)));
        Assert.Equal("said", await intruder.AsRole("""select "suggestedText" from public."Suggestion" where "id" = [of gone]""", "rlschat_backup"));
    }

    public static readonly TheoryData<string, string, string> Mixtures = new()
    {
        // what, the statement as Mo, and what comes of it
        { "a role that holds what only Zed holds", """update public."Role" set "permissions" = case when [as zed] <> '' then '{"can_view_documents": true}'::jsonb end where "id" = [clerk] returning 'changed'""", "42501" },
        { "the same behind an honest one", """update public."Role" set "permissions" = case when "id" = [clerk] and [as zed] <> '' then '{"can_view_documents": true}'::jsonb else '{}' end where "id" in ([nothing], [clerk]) returning 'changed'""", "42501" },
        { "a new role", """insert into public."Role" ("name", "permissions", "organizationId") select n, case when n = 'b' and [as zed] <> '' then '{"can_view_documents": true}'::jsonb else '{}' end, [Initech] from (values ('a'), ('b')) v (n) order by n""", "42501" },
        { "a chat of Mo's in Zed's organization", """insert into public."Chat" ("title", "userId", "organizationId") select 'x', [mo], case n when 2 then [Zedland]::uuid end from (select n, case n when 2 then [as zed] end from generate_series(1, 2) n offset 0) v (n, s)""", "42501" },
        { "a document under another's id", """insert into public."Document" ("id", "title", "userId") select case n when 2 then [document]::uuid else gen_random_uuid() end, left(s, 0) || 'x', [mo] from (select n, case n when 2 then [as nobody] else '-' end from generate_series(1, 2) n offset 0) v (n, s)""", "23P01" },
        { "an administrator's invitation behind a harmless one", """
            insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest", "expires")
            select [Initech], n || '@test', case n when 1 then [nothing]::uuid else [admin role]::uuid end, sha256(n::text::bytea),
              now() at time zone 'utc' + (case n when 2 then left([as zed], 0) || '1' else '1' end || ' day')::interval
            from generate_series(1, 2) n
            """, "42501" },
        { "removing Ana as nobody", """select public.remove_member([ana]) from (select [as nobody] offset 0) s""", "= False" },
        { "removing Ana as Zed", """select public.remove_member([ana]) from (select [as zed] offset 0) s""", "= False" },
        { "removing Ana as Mo", """select public.remove_member([ana])""", "42501" },
        { "credits for Mo as Zed", """select public.grant_credits([mo], 5, 'x') from (select [as zed] offset 0) s""", "42501" },
    };

    [Theory]
    [MemberData(nameof(Mixtures))]
    public async Task Two_identities_in_one_statement(string what, string sql, string outcome)
    {
        world["document"] = Guid.NewGuid();
        await new Race(fixture, world).Alone<string>("ana", """insert into public."Document" ("id", "title") values ([document], 'x') returning "title" """);
        var before = await Rights();
        var answer = await intruder.Runs("mo", sql);
        Assert.True(outcome == answer, $"{what}: should be {outcome}, is {answer}");
        Assert.Equal(before, await Rights());
    }

    private async Task<long> Audited(string who) =>
        long.Parse(await intruder.AsRole($"""select count(*) from public."AuditEvent" where "actorId" = [{who}]""", "rlschat_backup"));

    private Task<string> Nameless() =>
        intruder.AsRole("""select count(*) from public."AuditEvent" where "actorId" is null and "organizationId" in ([Initech], [Zedland])""", "rlschat_backup");

    private Task<string> Rights() => intruder.AsRole(
        """
        select concat_ws(' ', (select json_agg(r order by r."id") from public."Role" r where "organizationId" in ([Initech], [Zedland])),
          (select json_agg(u order by u."id") from public."User" u where "organizationId" in ([Initech], [Zedland])),
          (select json_agg(c order by c."id") from public."Chat" c where "organizationId" in ([Initech], [Zedland])),
          (select json_agg(i order by i."id") from public."Invitation" i where "organizationId" in ([Initech], [Zedland])),
          (select json_agg(d order by d."createdAt") from public."Document" d where d."id" = [document]))
        """, "rlschat_backup");
}
