using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"IdempotencyKey": each person's own, by the four policies that app_private.crud_policy makes.</summary>
public sealed class IdempotencyKeyTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."IdempotencyKey" where "key" = 'old'""",
        ["answer"] = """update public."IdempotencyKey" set "body" = '1' where "key" = 'old'""",
        ["answer_all"] = """update public."IdempotencyKey" set "body" = '1'""",
        ["answer_ret"] = """update public."IdempotencyKey" set "body" = '1' where "key" = 'old' returning "key" """,
        ["merge"] = """merge into public."IdempotencyKey" k using (values (1)) v on k."key" = 'old' when matched then update set "body" = '1'""",
        ["delete"] = """delete from public."IdempotencyKey" where "key" = 'old'""",
        ["delete_all"] = """delete from public."IdempotencyKey" """,
        ["seize"] = """update public."IdempotencyKey" set "userId" = auth.uid() where "key" = 'old'""",
        ["as_owner"] = """insert into public."IdempotencyKey" ("userId", "key", "requestDigest") values ([owner], 'new', sha256('x'))""",
        ["as_self"] = """insert into public."IdempotencyKey" ("key", "requestDigest") values ('new', sha256('x'))""",
        ["upsert"] = """insert into public."IdempotencyKey" ("userId", "key", "requestDigest") values ([owner], 'old', sha256('x')) on conflict ("userId", "key") do update set "body" = '1'""",
        ["truncate"] = """truncate public."IdempotencyKey" """,
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who        read    answer  answer_all answer_ret merge   delete  delete_all seize  as_owner as_self upsert truncate
            owner      yes     yes     yes        yes        yes     yes     yes        denied yes      yes     yes    denied
            others     hidden  hidden  hidden     hidden     hidden  hidden  hidden     denied denied   yes     denied denied
            anonymous  denied  denied  denied     denied     denied  denied  denied     denied denied   denied  denied denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Db.As("owner").Do("""insert into public."IdempotencyKey" ("key", "requestDigest") values ('old', sha256('x'))""");
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select k::text from public."IdempotencyKey" k order by "userId", "key" """);
    }

    [Fact]
    public async Task The_same_key_of_two_people_is_two_keys()
    {
        foreach (var who in new[] { "owner", "member" })
        {
            Assert.Equal(1, await Db.As(who).Do("""insert into public."IdempotencyKey" ("key", "requestDigest") values ('same', sha256('x'))"""));
            Assert.Single(await Db.List("""select "key" from public."IdempotencyKey" """));
        }
    }

    [Fact]
    public async Task Grants_are_these() => Assert.Equal(
        """
        regular_user select *
        regular_user insert body, key, requestDigest, userId
        regular_user update body
        regular_user delete *
        """,
        await Grants.On(Db, "IdempotencyKey"));

    [Fact]
    public async Task Crud_policy_makes_one_policy_a_command_for_one_role() => Assert.Equal(
        [
            """DELETE delete_self {regular_user} ("userId" = ( SELECT auth.uid() AS uid)) -""",
            """INSERT insert_self {regular_user} - ("userId" = ( SELECT auth.uid() AS uid))""",
            """SELECT select_self {regular_user} ("userId" = ( SELECT auth.uid() AS uid)) -""",
            """UPDATE update_self {regular_user} ("userId" = ( SELECT auth.uid() AS uid)) ("userId" = ( SELECT auth.uid() AS uid))""",
        ],
        await Db.List(
            """
            select concat_ws(' ', cmd, policyname, roles, coalesce(qual, '-'), coalesce(with_check, '-'))
            from pg_policies where tablename = 'IdempotencyKey' and policyname like '%\_self' order by 1
            """));

    [Fact]
    public async Task Crud_policy_without_an_expression_makes_no_policy()
    {
        await Db.AsRole("rlschat_owner").Do("""create table public."Note" ("text" text)""");
        await Db.Do("""call app_private.crud_policy('public."Note"', 'anonymous', read => 'true')""");
        Assert.Equal(["select_owner"], await Db.List("""select policyname from pg_policies where tablename = 'Note'"""));
    }
}
