namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>Who acts and what they do in one sentence: <c>await Db.As("owner").Do("…")</c>. They act on until somebody else does.</summary>
public static class Acting
{
    /// <inheritdoc cref="Db.Make"/>
    public static async Task Make(this Task<Db> db, string name, string insert) => await (await db).Make(name, insert);

    /// <inheritdoc cref="Db.Do"/>
    public static async Task<int> Do(this Task<Db> db, string sql) => await (await db).Do(sql);

    /// <inheritdoc cref="Db.Ask"/>
    public static async Task<T> Ask<T>(this Task<Db> db, string sql) => await (await db).Ask<T>(sql);

    /// <inheritdoc cref="Db.List"/>
    public static async Task<List<string>> List(this Task<Db> db, string sql) => await (await db).List(sql);

    /// <inheritdoc cref="Db.Try"/>
    public static async Task<Outcome> Try(this Task<Db> db, string sql) => await (await db).Try(sql);

    /// <inheritdoc cref="Db.Error"/>
    public static async Task<string?> Error(this Task<Db> db, string sql) => await (await db).Error(sql);
}
