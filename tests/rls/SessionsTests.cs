using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"sessions" of access-rules.md: sign-ins, seen and ended by the person themselves.</summary>
public sealed class SessionsTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select "id", "createdAt", "lastUsed", "client", "expires" from public.sessions where "id" = [session]""",
        ["token"] = """select "sessionToken" from public.sessions where "id" = [session]""",
        ["family"] = """select "familyId" from public.sessions where "id" = [session]""",
        ["secret"] = """select "secretDigest" from public.sessions where "id" = [session]""",
        ["star"] = """select * from public.sessions where "id" = [session]""",
        ["delete"] = """delete from public.sessions where "id" = [session]""",
        ["delete_all"] = "delete from public.sessions",
        ["delete_ret"] = """delete from public.sessions where "id" = [session] returning "id" """,
        ["extend"] = """update public.sessions set "expires" = 'infinity' where "id" = [session]""",
        ["seize"] = """update public.sessions set "userId" = auth.uid() """,
        ["insert"] = """insert into public.sessions ("userId", "expires", "sessionToken") values ([owner], 'infinity', 'mine')""",
        ["upsert"] = """insert into public.sessions ("id", "userId", "expires", "sessionToken") values ([session], auth.uid(), 'infinity', 'mine') on conflict ("id") do update set "userId" = auth.uid()""",
        ["merge"] = """merge into public.sessions s using (values (1)) v on s."id" = [session] when matched then update set "expires" = 'infinity'""",
        ["truncate"] = "truncate public.sessions",
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who        read    token  family secret star   delete  delete_all delete_ret extend seize  insert upsert merge  truncate
            owner      yes     denied denied denied denied yes     yes        yes        denied denied denied denied denied denied
            others     hidden  denied denied denied denied hidden  hidden     hidden     denied denied denied denied denied denied
            anonymous  denied  denied denied denied denied denied  denied     denied     denied denied denied denied denied denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected) =>
        await Matrix.Check(Db, row, who, verbs, expected, Verbs,
            """select s::text from public.sessions s where "userId" = [owner] or "id" = [session] order by "id" """);

    [Fact]
    public async Task People_see_their_own_sign_ins_and_no_others()
    {
        Assert.Equal(2, (await Db.As("owner").List("""select "id" from public.sessions""")).Count);
        Assert.Single(await Db.As("loner").List("""select "id" from public.sessions"""));
        Assert.Empty(await Db.As("member").List("""select "id" from public.sessions"""));

        // One row a sign-in, however often it was refreshed and in however many tabs, and none of what was revoked.
        var sessions = await Db.As("owner").List("""select "id" from public.sessions order by "id" """);
        await Db.AsRole("rlschat_test_functions");
        await Refresh("owner one", "two");
        await Refresh("owner one", "three", grace: 30);
        await Refresh("owner two", "four");
        Assert.Equal(sessions, await Db.As("owner").List("""select "id" from public.sessions order by "id" """));
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""update public.sessions set "revoked" = now() where "sessionToken" = encode(sha256('owner another'), 'hex')""");
        Assert.Single(await Db.As("owner").List("""select "id" from public.sessions"""));
    }

    [Fact]
    public async Task A_sign_in_says_when_it_began_and_was_last_used_and_from_which_client()
    {
        const string Shown = """select concat_ws(' ', "createdAt", "lastUsed" > "createdAt" + interval '1 hour', "client") from public.sessions where "id" = [session]""";
        await Rows.Forge(Db, "sessions", """update public.sessions set "createdAt" = '2026-01-01', "lastUsed" = '2026-01-01' where "id" = [session]""");
        Assert.Equal(["2026-01-01 00:00:00 f a phone"], await Db.As("owner").List(Shown));
        await Db.AsRole("rlschat_test_functions");
        await Refresh("owner one", "two", client: "'its next version'");
        Assert.Equal(["2026-01-01 00:00:00 t its next version"], await Db.As("owner").List(Shown));

        // Each pair keeps what it was handed out to, for nobody to see.
        Assert.Equal(["2026-01-01 00:00:00 2026-01-01 00:00:00 a phone"], await Db.AsRole("rlschat_test_functions").List(
            """select concat_ws(' ', "createdAt", "lastUsed", "client") from public.sessions where "familyId" = [session]"""));
    }

    [Fact]
    public async Task Signing_out_ends_the_whole_family_and_no_other_sign_in()
    {
        await Db.AsRole("rlschat_test_functions");
        await Refresh("owner one", "two");
        await Refresh("owner one", "three", grace: 30);
        Assert.Equal(1, await Db.As("owner").Do("""delete from public.sessions where "id" = [session]"""));
        Assert.Equal(["another"], await Db.AsRole("rlschat_backup").List(
            """
            select case "sessionToken" when encode(sha256('owner another'), 'hex') then 'another' else "sessionToken" end
            from public.sessions where "userId" = [owner]
            """));
    }

    // A secret from before the last refresh goes on for a while: it belongs to the same sign-in.
    [Theory]
    [InlineData("owner", "one", "two")]
    [InlineData("owner", "two", "two")]
    [InlineData("owner", "another", "another")]
    [InlineData("loner", "lone", "lone")]
    [InlineData("owner", "lone", null)]
    [InlineData("loner", "two", null)]
    [InlineData("owner", "guess", null)]
    [InlineData("owner", "", null)]
    public async Task A_request_belongs_to_the_sign_in_whose_secret_it_has(string who, string secret, string? session)
    {
        await Db.AsRole("rlschat_test_functions");
        await Refresh("owner one", "two");
        var expected = await Db.Ask<int?>($"""select max("id") from public.sessions where "secretDigest" = sha256('{session}')""");
        Assert.Equal(session is null, expected is null);
        await Db.As(who).Do($"select set_config('auth.session', '{secret}', true)");
        Assert.Equal(expected, await Db.Ask<int?>("select auth.session_id()"));
    }

    [Fact]
    public async Task Digests_are_readable_by_no_role_that_a_request_can_take() => Assert.Equal(
        "regular_user select client, createdAt, expires, id, lastUsed\nregular_user delete *",
        await Grants.On(Db, "sessions"));

    private Task<int> Refresh(string token, string next, int grace = 0, string client = "null") => Db.Do(
        $"select auth.refresh_session(sha256('{token}'), sha256('owner {next}'), sha256('{next}'), {client}, {grace})");

    protected override async Task Prepare()
    {
        await Db.AsRole("rlschat_test_functions").Do("select auth.open_session([owner], sha256('owner one'), sha256('one'), 'a phone')");
        Db.Remember("session", await Db.Ask<int>("""select max("id") from public.sessions"""));
        await Db.Do("select auth.open_session([owner], sha256('owner another'), sha256('another'))");
        await Db.Do("select auth.open_session([loner], sha256('loner'), sha256('lone'))");
    }
}
