using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"verificationToken" of access-rules.md: invisible to everybody, whosever it is.</summary>
public sealed class VerificationTokenTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."verificationToken" where "userId" = [owner]""",
        ["count"] = """select count(*) from public."verificationToken" """,
        ["update"] = """update public."verificationToken" set "identifier" = 'mine@test'""",
        ["insert"] = """insert into public."verificationToken" ("identifier", "token", "expires", "userId") values ('owner@test', repeat('0', 64), 'infinity', [owner])""",
        ["upsert"] = """insert into public."verificationToken" ("identifier", "token", "expires") values ('owner@test', repeat('0', 64), 'infinity') on conflict ("token") do update set "expires" = 'infinity'""",
        ["merge"] = """merge into public."verificationToken" t using (values (1)) v on t."userId" = [owner] when matched then delete""",
        ["delete"] = """delete from public."verificationToken" where "userId" = [owner]""",
        ["delete_all"] = """delete from public."verificationToken" """,
        ["truncate"] = """truncate public."verificationToken" """,
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who        read    count   update  insert  upsert  merge   delete  delete_all truncate
            others     denied  denied  denied  denied  denied  denied  denied  denied     denied
            anonymous  denied  denied  denied  denied  denied  denied  denied  denied     denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Db.AsRole("rlschat_test_functions").Do("select auth.request_verification('reset_password', 'owner@test', sha256('mailed'))");
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select t::text from public."verificationToken" t order by "token" """);
    }

    [Fact]
    public async Task Nothing_is_granted_to_a_role_that_a_request_can_take() =>
        Assert.Equal("", await Grants.On(Db, "verificationToken"));

    // The functions that verify and reset would find nobody for such a token; this one does not rely on them.
    [Theory]
    [InlineData("mailed", "[owner]", null)]
    [InlineData("mailed", "null", "RC010")]
    [InlineData("guess", "[owner]", "RC010")]
    public async Task Only_a_token_of_somebody_is_used(string token, string whose, string? error)
    {
        await Db.AsRole("sign_in_definer").Do(
            $"""
            insert into public."verificationToken" ("identifier", "token", "expires", "userId")
            values ('owner@test', encode(sha256('mailed'), 'hex'), now() at time zone 'utc' + interval '1 minute', {whose})
            """);
        Assert.Equal(error, await Db.Error($"select app_private.use_token('verify_email', sha256('{token}'))"));
    }

    [Fact]
    public async Task At_rest_a_token_is_its_digest()
    {
        await Db.AsRole("rlschat_test_functions").Do("select auth.request_verification('reset_password', 'owner@test', sha256('mailed'))");
        Assert.Equal(["true"], await Db.AsRole("rlschat_backup").List(
            """select ("token" = encode(sha256('mailed'), 'hex'))::text from public."verificationToken" where "userId" = [owner]"""));
    }
}
