.class public Ljp/example/keisoku/sdk/Keisoku;
.super Ljava/lang/Object;
.source "Keisoku.java"
.field public static final SDK_VERSION:Ljava/lang/String; = "2.0.1"
.field public static final ENDPOINT:Ljava/lang/String; = "https://collect.keisoku.example.jp/in"
.field private static count:I
.field private name:Ljava/lang/String;
.method public static start(Landroid/content/Context;Ljava/lang/String;)V
    .registers 6
    invoke-static {p0}, Lcom/google/android/gms/ads/identifier/AdvertisingIdClient;->getAdvertisingIdInfo(Landroid/content/Context;)Lcom/google/android/gms/ads/identifier/AdvertisingIdClient$Info;
    move-result-object v0
    const-string v1, "phone"
    invoke-virtual {p0, v1}, Landroid/content/Context;->getSystemService(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Landroid/telephony/TelephonyManager;
    invoke-virtual {v1}, Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;
    const-string v2, "android_id"
    sget-object v3, Landroid/provider/ContactsContract$Contacts;->CONTENT_URI:Landroid/net/Uri;
    const/4 v0, 0x1
    packed-switch v0, :table
    return-void
    :case
    const-string/jumbo v2, "https://%s.keisoku.example.jp/%d"
    return-void
    :table
    .packed-switch 0x1
        :case
        :case
    .end packed-switch
.end method
.method public getVersionName()Ljava/lang/String;
    .registers 2
    const-string v0, "2.0.1-beta"
    return-object v0
.end method
