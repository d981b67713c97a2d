namespace RlsChat.Api.Data;

/// <summary>The database says that who asks may not look at the system: a 403, or a 401 for nobody in particular.</summary>
internal sealed class NotPermittedException : Exception;
