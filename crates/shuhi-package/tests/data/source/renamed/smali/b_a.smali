.class public Lb/a;
.super Ljava/lang/Object;
